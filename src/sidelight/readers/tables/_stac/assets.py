"""Which of an item's assets is the picture."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from sidelight.errors import NUM_SHOWN, DataWarning, TableError

SUFFIXES = (".tif", ".tiff", ".jp2", ".jpg", ".jpeg", ".png", ".webp", ".npy", ".dcm")
# What shows or describes the picture, but is not it.
MINOR = frozenset({"thumbnail", "overview", "metadata"})
VISUAL = "visual"
# Every asset of every item: the item's position, the asset's key, where it is.
LISTED = {"row": pl.Int64, "key": pl.String, "href": pl.String}


@dataclass(frozen=True)
class Asset:
    """What is known of an asset beside where it is.

    Attributes:
        media: Its media type, or "no media type".
        roles: Its roles.
        bands: Names and common names of its bands, in small letters, by band.
        is_picture: Whether media type or file name is that of a picture.
    """

    media: str
    roles: frozenset[str]
    bands: tuple[frozenset[str], ...]
    is_picture: bool

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Asset:
        """Return the asset that an item describes so."""
        media = str(fields.get("type") or "")
        path = str(fields.get("href") or "").split("?")[0].lower()
        bands = [
            band
            for listed in ("bands", "eo:bands", "raster:bands")
            for band in fields.get(listed) or ()
            if band
        ]
        named = [
            frozenset(
                str(band[name]).casefold()
                for name in ("name", "common_name", "eo:common_name")
                if band.get(name)
            )
            for band in bands
        ]
        return cls(
            media=media.split(";")[0].strip() or "no media type",
            roles=frozenset(fields.get("roles") or ()),
            bands=tuple(names for names in named if names),
            is_picture=media.startswith("image/")
            or (not media and path.endswith(SUFFIXES)),
        )


def pictures(
    hrefs: pl.DataFrame,
    assets: Mapping[str, Asset],
    wanted: str | None,
    *,
    num_rows: int,
    path: Path,
) -> pl.Series:
    """Return `(num_rows,)` where each item's picture is; null where it has none.

    Args:
        hrefs: "row" from 0, "key" and "href" of every asset of every item.
        assets: What is known of the assets, by key.
        wanted: An asset's key, the name of a band, or a role; None takes the only
            picture, or else the asset "visual".
        num_rows: Number of items.
        path: The catalogue, for messages.

    Raises:
        TableError: If no asset fits, or several of one item do; lists what there is.
    """
    keys = _main(assets) if wanted is None else _fitting(assets, wanted, path)
    found = hrefs.filter(pl.col("key").is_in(keys))
    if wanted is None and VISUAL in assets and found["row"].is_duplicated().any():
        keys = [VISUAL]
        found = hrefs.filter(pl.col("key") == VISUAL)
    twice = found.filter(pl.col("row").is_duplicated())
    if not keys or len(twice):
        raise _undecided(twice, assets, wanted, path)
    cells = pl.DataFrame({"row": range(num_rows)}, schema={"row": pl.Int64})
    image = cells.join(found, on="row", how="left", maintain_order="left")["href"]
    _warn_about_missing(image, keys, path)
    return image.alias("image")


def _main(assets: Mapping[str, Asset]) -> list[str]:
    found = [key for key, asset in assets.items() if asset.is_picture]
    return [key for key in found if not assets[key].roles & MINOR] or found


def _fitting(assets: Mapping[str, Asset], wanted: str, path: Path) -> list[str]:
    if wanted in assets:
        return [wanted]
    name = wanted.casefold()
    by_band = {
        key: len(asset.bands)
        for key, asset in assets.items()
        if any(name in band for band in asset.bands)
    }
    if by_band:  # the band alone, rather than a picture that has it among others
        return [k for k, count in by_band.items() if count == min(by_band.values())]
    by_role = [key for key, asset in assets.items() if wanted in asset.roles]
    if by_role:
        return by_role
    message = f"no asset, band or role is called {wanted!r}"
    raise TableError(message, path=path, fix=_choice(assets))


def _undecided(
    twice: pl.DataFrame, assets: Mapping[str, Asset], wanted: str | None, path: Path
) -> TableError:
    fix = _choice(assets)
    if not len(twice):
        return TableError("no asset of the items is a picture", path=path, fix=fix)
    rows = twice["row"].unique(maintain_order=True)
    keys = _listed(twice["key"].unique(maintain_order=True))
    items = "1 item has" if len(rows) == 1 else f"{len(rows)} items have"
    what = "are pictures" if wanted is None else f"fit {wanted!r}"
    message = f"{items} several assets that {what}: {keys}"
    return TableError(message, path=path, rows=(rows + 1).to_list(), fix=fix)


def _choice(assets: Mapping[str, Asset]) -> str:
    by_media: dict[str, list[str]] = {}
    for key, asset in assets.items():
        by_media.setdefault(asset.media, []).append(key)
    listed = "; ".join(f"{media}: {_listed(ks)}" for media, ks in by_media.items())
    return (
        "Choose by key, band or role with --asset NAME (asset='NAME'). "
        f"The items have {listed or 'no assets'}."
    )


def _listed(keys: Iterable[str]) -> str:
    names = list(keys)
    return ", ".join(map(repr, names[:20])) + (", …" if len(names) > 20 else "")


def _warn_about_missing(image: pl.Series, keys: list[str], path: Path) -> None:
    missing = [row + 1 for row in image.is_null().arg_true()]
    if missing:
        shown = ", ".join(map(str, missing[:NUM_SHOWN]))
        more = ", …" if len(missing) > NUM_SHOWN else ""
        items = "1 item has" if len(missing) == 1 else f"{len(missing)} items have"
        message = f"{path}: {items} no asset {_listed(keys)} (rows {shown}{more})."
        warnings.warn(message, DataWarning, stacklevel=2)
