"""Between the three kinds of values of an Example and typed columns.

A column becomes the kind that other programs expect: numbers as float, counts, dates
and yes/no as int64, words as bytes. Floats of an Example have 32 bits; a column that
needs more has its exact values as text beside them, under `NAME/exact`.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from sidelight.errors import TableError
from sidelight.readers.tables._tfrecord.records import Kind

EXACT = "/exact"
LISTS: dict[Kind, pl.List] = {
    "bytes": pl.List(pl.Binary),
    "int": pl.List(pl.Int64),
    "float": pl.List(pl.Float32),
}
_PLAIN: dict[str, pl.DataType] = {
    str(dtype).lower(): dtype
    for dtype in (
        *(pl.Boolean(), pl.String(), pl.Binary(), pl.Null(), pl.Categorical()),
        *(pl.Int8(), pl.Int16(), pl.Int32(), pl.Int64(), pl.Int128()),
        *(pl.UInt8(), pl.UInt16(), pl.UInt32(), pl.UInt64()),
        *(pl.Float32(), pl.Float64(), pl.Date(), pl.Time()),
    )
}
_DECIMAL = re.compile(r"decimal\[(\d+),(\d+)\]")
_TIME = re.compile(r"(datetime|duration)\[(ns|us|ms)(?:,(.+))?\]")


def dtype_name(dtype: pl.DataType) -> str:
    """Return how a type of a column is written in `sidelight.json`.

    Raises:
        ValueError: If an Example has no place for such values.
    """
    if isinstance(dtype, pl.List) and not dtype.inner.is_nested():
        return f"list[{dtype_name(pl.Series(dtype=dtype.inner).dtype)}]"
    if isinstance(dtype, pl.Decimal):
        return f"decimal[{dtype.precision or 38},{dtype.scale}]"
    if isinstance(dtype, pl.Datetime):
        zone = f",{dtype.time_zone}" if dtype.time_zone else ""
        return f"datetime[{dtype.time_unit}{zone}]"
    if isinstance(dtype, pl.Duration):
        return f"duration[{dtype.time_unit}]"
    if isinstance(dtype, pl.Enum):
        return "string"
    name = str(dtype).lower()
    if name not in _PLAIN:
        message = f"there is no place for values of type {dtype}"
        raise ValueError(message)
    return name


def dtype_of(name: str) -> pl.DataType:
    """Return the type that is written so.

    Raises:
        ValueError: If it is none.
    """
    if name.startswith("list[") and name.endswith("]"):
        return pl.List(dtype_of(name[5:-1]))
    if found := _DECIMAL.fullmatch(name):
        return pl.Decimal(int(found[1]), int(found[2]))
    if found := _TIME.fullmatch(name):
        unit, zone = found[2], found[3]
        if found[1] == "datetime":
            return pl.Datetime(unit, zone)  # type: ignore[arg-type]
        return pl.Duration(unit)  # type: ignore[arg-type]
    if name not in _PLAIN:
        message = f"there is no type {name!r}"
        raise ValueError(message)
    return _PLAIN[name]


@dataclass(frozen=True)
class Encoded:
    """A column as features of records.

    Attributes:
        kind: What its values are stored as.
        cells: `(num_rows,)` lists of them; null where the feature is absent.
    """

    kind: Kind
    cells: pl.Series


def of_lists(name: str, cells: Sequence[list[Any] | None], kind: Kind) -> pl.Series:
    """Return `(num_rows,)` lists of values, null where there is None."""
    # Polars looks at every list by itself; one long array with offsets is made at once.
    lengths = np.array([len(values or ()) for values in cells], dtype=np.int64)
    inner = {"bytes": pa.large_binary(), "int": pa.int64(), "float": pa.float32()}
    made = pa.LargeListArray.from_arrays(
        pa.array(np.concatenate([[0], lengths.cumsum()])),
        pa.array([v for values in cells for v in values or ()], type=inner[kind]),
        mask=pa.array([values is None for values in cells]),
    )
    return pl.Series(name, made, dtype=LISTS[kind])


def encode(cells: pl.Series, source: str) -> dict[str, Encoded]:
    """Return the features of a column, by name.

    Raises:
        TableError: If an Example has no place for it, or a list holds a missing value.
    """
    try:
        dtype_name(cells.dtype)
    except ValueError as failure:
        fix = "Leave the column out of the table before, or make it text."
        raise TableError(
            str(failure), path=source, column=cells.name, fix=fix
        ) from None
    lists = _as_lists(cells, source)
    inner = lists.dtype.inner  # type: ignore[attr-defined]
    name = cells.name
    if inner == pl.Null:
        return {}
    if inner in (pl.Float32, pl.Float64):
        found = {name: _stored(lists, "float")}
        if inner == pl.Float64 and not _survives(lists):
            texts = lists.cast(pl.List(pl.String))
            found[name + EXACT] = _stored(texts, "bytes")
        return found
    if inner in (pl.UInt64, pl.Int128) or isinstance(inner, pl.Decimal):
        return {name: _stored(lists.cast(pl.List(pl.String)), "bytes")}
    if inner == pl.Binary or inner in (pl.String, pl.Categorical, pl.Enum):
        return {name: _stored(lists, "bytes")}
    return {name: _stored(_physical(lists), "int")}


def decode(
    lists: Mapping[str, pl.Series], name: str, dtype: str, num_rows: int
) -> pl.Series:
    """Return a column `(num_rows,)` from the features that `encode` made of it.

    Raises:
        ValueError: If the features are not of that type.
    """
    wanted = dtype_of(dtype)
    is_list = isinstance(wanted, pl.List)
    inner = pl.Series(dtype=wanted.inner).dtype if is_list else wanted  # type: ignore[attr-defined]
    stored = lists.get(name + EXACT, lists.get(name))
    if stored is None or inner == pl.Null:
        return pl.Series(name, [None] * num_rows, dtype=wanted)
    held = stored.dtype.inner  # type: ignore[attr-defined]
    try:
        if held == pl.Binary and inner != pl.Binary:
            stored = stored.cast(pl.List(pl.String))
        cells = stored.cast(pl.List(inner)) if is_list else stored.list.first()
        return cells.cast(wanted).alias(name)
    except pl.exceptions.PolarsError as failure:
        reason = str(failure).split("\n", 1)[0]
        message = f"column {name!r} is not of type {dtype}: {reason}"
        raise ValueError(message) from None


def plain(cells: pl.Series, *, is_list: bool) -> pl.Series:
    """Return a column of an Example that nothing more is known about.

    Single values where no record has several; words as text, several of them in a
    cell as `a;b`; several numbers as a list.
    """
    inner = cells.dtype.inner  # type: ignore[attr-defined]
    if inner == pl.Binary:
        with contextlib.suppress(pl.exceptions.PolarsError):  # bytes that are no text
            cells = cells.cast(pl.List(pl.String))
    is_list = is_list or bool((cells.list.len().max() or 0) > 1)  # type: ignore[operator]
    if not is_list:
        return cells.list.first()
    if cells.dtype == pl.List(pl.String):
        joint = cells.list.join(";")
        return joint.set(joint == "", None)
    return cells


def _as_lists(cells: pl.Series, source: str) -> pl.Series:
    if not isinstance(cells.dtype, pl.List):
        lists = cells.reshape((len(cells), 1)).arr.to_list() if len(cells) else None
        empty = pl.Series(cells.name, [], dtype=pl.List(cells.dtype))
        found = empty if lists is None else lists.cast(pl.List(cells.dtype))
        return found.set(cells.is_null(), None) if cells.null_count() else found
    gaps = cells.list.eval(pl.element().is_null()).list.any().fill_null(value=False)
    if gaps.any():
        rows = [row + 1 for row in gaps.arg_true()]
        message = f"{len(rows)} lists hold a missing value, which TFRecord cannot"
        raise TableError(message, path=source, column=cells.name, rows=rows)
    return cells


def _stored(lists: pl.Series, kind: Kind) -> Encoded:
    inner = lists.dtype.inner  # type: ignore[attr-defined]
    if kind == "bytes" and inner != pl.Binary:
        lists = lists.cast(pl.List(pl.String)).cast(pl.List(pl.Binary))
    return Encoded(kind, lists.cast(LISTS[kind]))


def _survives(lists: pl.Series) -> bool:
    values = lists.explode()
    return bool(values.cast(pl.Float32).cast(pl.Float64).eq_missing(values).all())


def _physical(lists: pl.Series) -> pl.Series:
    return lists.list.eval(pl.element().to_physical()).cast(pl.List(pl.Int64))
