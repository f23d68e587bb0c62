"""STAC: one row per item, its properties as columns, one of its assets as picture."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from sidelight.errors import TableError
from sidelight.readers.tables import _document
from sidelight.readers.tables._base import TableReader
from sidelight.readers.tables._rows import to_frame
from sidelight.readers.tables._stac import catalogue, geoparquet
from sidelight.readers.tables._stac.assets import LISTED, Asset, pictures
from sidelight.readers.tables._stac.footprint import (
    centre_of_geojson,
    unreadable_geometries,
)
from sidelight.registry import READERS

if TYPE_CHECKING:
    import pystac

PARQUET = frozenset({".parquet", ".pq", ".geoparquet"})
OWN = ("image", "id", "latitude", "longitude")


@READERS.register(
    "stac",
    summary="STAC: an item, collection or catalogue (.json), or GeoParquet; --asset",
    extra="geo",
)
class StacReader(TableReader):
    """Reads local STAC files; assets may be remote, and are left as references then.

    The columns are `image`, `id`, the items' properties that are single values or
    words, and `latitude` and `longitude` of the footprint's centre in degrees.
    """

    takes_asset: ClassVar[bool] = True
    image = "image"

    def matches(self, source: str) -> bool:
        """Return whether a file holds STAC, by its content."""
        path = self.path_of(source)
        if "://" not in source and path.suffix.lower() in PARQUET and path.is_file():
            return geoparquet.is_items(path)
        return catalogue.is_stac(_document.peek(source))

    def _read(self, path: Path, asset: str | None) -> pl.DataFrame:
        if path.suffix.lower() in PARQUET:
            table = geoparquet.read(path)
            properties = geoparquet.properties(table)
            centres = geoparquet.centres(table, path)
            hrefs, assets = geoparquet.assets(table, path)
        else:
            found = list(catalogue.items(path.resolve()))
            if not found:
                message = "there is no item in it, and none that it links to"
                raise TableError(message, path=path)
            properties = to_frame([_properties(item) for item in found])
            centres = _centres(found, path)
            hrefs, assets = _assets(found)
        image = pictures(hrefs, assets, asset, num_rows=len(centres), path=path)
        return _joined(_beside(image, path), properties, centres)


def _properties(item: pystac.Item) -> dict[str, Any]:
    """Return an item's id, its collection and its properties, always with a time."""
    known = {"id": item.id, "collection": item.collection_id, **item.properties}
    # An item of an interval has a start and an end, and no single time.
    known["datetime"] = known.get("datetime") or known.get("start_datetime")
    return known


def _assets(items: list[pystac.Item]) -> tuple[pl.DataFrame, dict[str, Asset]]:
    """Return "row", "key" and "href" of every asset, and what is known of each key."""
    known: dict[str, Asset] = {}
    found = []
    for row, item in enumerate(items):
        for key, asset in item.assets.items():
            if key not in known:
                known[key] = Asset.of(asset.to_dict())
            found.append((row, key, asset.get_absolute_href()))
    return pl.DataFrame(found, schema=LISTED, orient="row"), known


def _centres(items: list[pystac.Item], path: Path) -> list[tuple[float, float] | None]:
    """Return latitude and longitude of each footprint's centre, None without one."""
    found, bad, reasons = [], [], []
    for row, item in enumerate(items, 1):
        try:
            found.append(centre_of_geojson(item.geometry) if item.geometry else None)
        except ValueError as failure:
            bad.append(row)
            reasons.append(f"{item.id}: {failure}")
    if bad:
        raise unreadable_geometries(path, bad, reasons)
    return found


def _beside(image: pl.Series, path: Path) -> pl.Series:
    """Return pictures below the catalogue's folder by their relative paths."""
    folder = f"{path.resolve().parent}{os.sep}"
    return image.str.strip_prefix("file://").str.strip_prefix(folder)


def _joined(
    image: pl.Series,
    properties: pl.DataFrame,
    centres: list[tuple[float, float] | None],
) -> pl.DataFrame:
    taken = {
        name: f"properties.{name}"
        for name in properties.columns
        if name in OWN and name != "id"
    }
    places = [centre or (None, None) for centre in centres]
    # A column that no item fills says nothing.
    filled = [c for c in properties.rename(taken) if c.null_count() < len(c)]
    return pl.DataFrame(
        [
            image,
            *filled,
            pl.Series("latitude", [lat for lat, _ in places], dtype=pl.Float64),
            pl.Series("longitude", [lon for _, lon in places], dtype=pl.Float64),
        ]
    )
