"""STAC items as a GeoParquet table, in the layout of stac-geoparquet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from sidelight.errors import TableError
from sidelight.readers.tables._arrow import without_extensions
from sidelight.readers.tables._rows import JOINT
from sidelight.readers.tables._stac.assets import LISTED, Asset
from sidelight.readers.tables._stac.footprint import (
    centre_of_wkb,
    unreadable_geometries,
)

LAYOUT = frozenset({"id", "geometry", "assets"})
# Of an item, but no property of the scene.
STRUCTURE = frozenset(
    {"type", "stac_version", "stac_extensions", "links", "bbox", "assets", "geometry"}
)


def is_items(path: Path) -> bool:
    """Return whether a Parquet file has the columns of STAC items."""
    try:
        return set(pl.read_parquet_schema(path)) >= LAYOUT
    except (pl.exceptions.PolarsError, OSError):
        return False


def read(path: Path) -> pl.DataFrame:
    """Return the file's columns as they are.

    Raises:
        TableError: If it is damaged.
    """
    try:
        return without_extensions(pl.read_parquet(path, glob=False))
    except pl.exceptions.PolarsError as failure:
        reason = str(failure).split("\n", 1)[0]
        message = f"this is no Parquet file that can be read: {reason}"
        raise TableError(message, path=path) from None


def properties(frame: pl.DataFrame) -> pl.DataFrame:
    """Return what is known of each scene: single values, and words as one text."""
    kept = []
    for cells in frame.iter_columns():
        if cells.name in STRUCTURE:
            continue
        if cells.dtype == pl.List(pl.String):
            words = cells.list.join(JOINT)
            kept.append(words.set(cells.list.len().fill_null(0) == 0, None))
        elif not cells.dtype.is_nested() and cells.dtype != pl.Binary:
            kept.append(cells)
    return pl.DataFrame(kept)


def centres(frame: pl.DataFrame, path: Path) -> list[tuple[float, float] | None]:
    """Return latitude and longitude of each footprint's centre, None without one.

    Raises:
        TableError: If a geometry is damaged or not in WKB.
    """
    geometry = frame["geometry"]
    if geometry.dtype != pl.Binary:
        message = f"the geometry is {geometry.dtype}, not WKB"
        fix = "Write it with the encoding WKB, as GeoParquet 1.0 has it."
        raise TableError(message, path=path, column="geometry", fix=fix)
    found, bad, reasons = [], [], []
    for row, data in enumerate(geometry, 1):
        try:
            found.append(None if data is None else centre_of_wkb(data))
        except ValueError as failure:
            bad.append(row)
            reasons.append(str(failure))
    if bad:
        raise unreadable_geometries(path, bad, reasons)
    return found


def assets(frame: pl.DataFrame, path: Path) -> tuple[pl.DataFrame, dict[str, Asset]]:
    """Return "row", "key" and "href" of every asset, and what is known of each key.

    Raises:
        TableError: If the column "assets" is not of the layout.
    """
    column = frame["assets"]
    kinds = column.dtype.fields if isinstance(column.dtype, pl.Struct) else []
    known: dict[str, Asset] = {}
    found = [pl.DataFrame(schema=LISTED)]
    for kind in kinds:
        if not isinstance(kind.dtype, pl.Struct) or "href" not in {
            field.name for field in kind.dtype.fields
        }:
            continue
        one = column.struct.field(kind.name)
        hrefs = one.struct.field("href").cast(pl.String)
        rows = hrefs.is_not_null().arg_true()
        if not len(rows):
            continue
        first: dict[str, Any] = one[int(rows[0])]
        known[kind.name] = Asset.of(first)
        found.append(
            pl.DataFrame(
                {
                    "row": rows.cast(pl.Int64),
                    "key": [kind.name] * len(rows),
                    "href": _absolute(hrefs.gather(rows), path),
                }
            )
        )
    if not known:
        message = "there is no asset with a reference (href)"
        fix = "It has to be a struct of assets by key, as stac-geoparquet writes it."
        raise TableError(message, path=path, column="assets", fix=fix)
    return pl.concat(found).sort("row", maintain_order=True), known


def _absolute(hrefs: pl.Series, path: Path) -> pl.Series:
    """Return references as they are if absolute, else from the table's folder."""
    cells = pl.col("href")
    folder = f"{path.absolute().parent}/"
    local = cells.str.strip_prefix("file://")
    whole = cells.str.contains("://", literal=True) | cells.str.starts_with("/")
    return (
        hrefs.alias("href")
        .to_frame()
        .select(
            pl.when(whole).then(local).otherwise(folder + cells.str.strip_prefix("./"))
        )["href"]
    )
