"""Arrow columns, of a file or from a database, as columns that Sidelight knows."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import polars as pl
import pyarrow as pa

from sidelight.errors import TableError
from sidelight.readers.tables._base import check_names

_UUID = r"^(.{8})(.{4})(.{4})(.{4})(.{12})$"
_CALENDAR = datetime(1, 1, 1), datetime(9999, 12, 31)


def to_frame(table: pa.Table, path: str) -> pl.DataFrame:
    """Return the columns of an Arrow table.

    Decimals become Float64, times with a zone become UTC, UUIDs text; types that have
    no counterpart stay the bytes that were sent.

    Args:
        table: A file, or the result of a query.
        path: Its name in messages.

    Raises:
        TableError: If two columns have one name, a column's type cannot be read, or a
            time is infinite.
    """
    check_names(list(table.column_names), path)
    return pl.DataFrame([_column(table, name, path) for name in table.column_names])


def without_extensions(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with plain cells in place of types that others have named.

    Such are the geometries of GeoParquet, or the periods of pandas: what is stored is
    what counts.
    """
    return frame.with_columns(_plain(cells) for cells in frame.iter_columns())


def _column(table: pa.Table, name: str, path: str) -> pl.Series:
    kind = table.schema.field(name).type
    column = table.select([name])
    if pa.types.is_map(kind):  # a list of pairs, which every Polars knows
        pair = pa.struct([("key", kind.key_type), ("value", kind.item_type)])
        column = column.cast(pa.schema([(name, pa.list_(pair))]))
    try:
        cells = pl.from_arrow(column).to_series()  # type: ignore[union-attr]
    except pl.exceptions.ComputeError:
        message = f"cells of type {kind} cannot be read"
        fix = (
            "Leave the column out, or make it numbers or text: of a duration, a query "
        )
        fix += f"can select extract(epoch from {name})."
        raise TableError(message, path=path, column=name, fix=fix) from None
    if getattr(kind, "extension_name", "") == "arrow.uuid":
        stored = cells.ext.storage() if isinstance(cells.dtype, pl.Extension) else cells
        return stored.bin.encode("hex").str.replace(_UUID, "$1-$2-$3-$4-$5")
    if cells.dtype.is_decimal():
        return cells.cast(pl.Float64)
    if isinstance(cells.dtype, pl.Datetime | pl.Date):
        return _utc(cells, path)
    return _plain(cells)


def _plain(cells: pl.Series) -> pl.Series:
    if isinstance(cells.dtype, pl.Extension):
        return _stored(cells)
    if isinstance(cells.dtype, pl.List) and isinstance(cells.dtype.inner, pl.Extension):
        return cells.list.eval(pl.element().ext.storage())
    return cells


def _stored(cells: pl.Series) -> pl.Series:
    """Return the cells of a type that Arrow does not know by itself."""
    dtype: Any = cells.dtype
    stored = cells.ext.storage()
    if dtype.ext_name() != "arrow.opaque":
        return stored
    kind = json.loads(dtype.ext_metadata() or "{}").get("type_name")
    if kind == "numeric":
        return stored.cast(pl.Float64)
    if kind == "citext" and stored.dtype == pl.Binary:
        return stored.cast(pl.String)
    return stored


def _utc(cells: pl.Series, path: str) -> pl.Series:
    if isinstance(cells.dtype, pl.Datetime) and cells.dtype.time_zone:
        cells = cells.dt.convert_time_zone("UTC")
    # "infinity" arrives as a time that no calendar has, and that cannot be shown.
    low, high = (pl.Series([t]).cast(cells.dtype).to_physical()[0] for t in _CALENDAR)
    numbers = cells.to_physical()
    rows = ((numbers < low) | (numbers > high)).arg_true()
    if len(rows):
        cell = "1 cell is" if len(rows) == 1 else f"{len(rows)} cells are"
        message = f"{cell} infinite, or not within the years 1 to 9999"
        raise TableError(
            message,
            path=path,
            column=cells.name,
            rows=[row + 1 for row in rows],
            fix=f"Select nullif({cells.name}, 'infinity'), or leave these rows out.",
        )
    return cells
