"""Cells in, typed column out, with every cell that could not be typed.

Vectorised: no Python runs per row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from sidelight.table._dates import to_datetimes
from sidelight.table._problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

NULL_VALUES: tuple[str, ...] = ("NA", "N/A", "NaN", "nan", "null", "None")
LARGEST = 1e30  # beyond it squares overflow float32, in which networks compute
SHARE = 0.9  # of the non-empty cells must look like a kind to make the column one

_COMMA_NUMBER = r"^([+-]?\d+),(\d+(?:[eE][+-]?\d+)?)$"
_WHOLE_NUMBER = r"^([+-]?\d+)\.0+$"
_TRUE = ("true", "yes", "y", "t", "1", "1.0")
_FALSE = ("false", "no", "n", "f", "0", "0.0")


def clean(
    frame: pl.DataFrame,
    null_values: Sequence[str] = NULL_VALUES,
    *,
    images: Sequence[str] = (),
) -> pl.DataFrame:
    """Return the frame with text freed of outer white space and of words for "empty".

    Args:
        frame: The table as read.
        null_values: Words that mean an empty cell.
        images: Columns left alone: file names may begin with a space.
    """
    return frame.with_columns(
        _cleaned(pl.col(name), null_values)
        for name in frame.columns
        if name not in images and is_text(frame[name])
    )


def blank(cells: pl.Series, null_values: Sequence[str] = NULL_VALUES) -> pl.Series:
    """Return `(num_rows,)` bool, whether a cell is empty or a word for it."""
    return cells.to_frame().select(_cleaned(pl.all(), null_values).is_null())[:, 0]


def _cleaned(cells: pl.Expr, null_values: Sequence[str]) -> pl.Expr:
    text = cells.cast(pl.String).str.strip_chars()
    return pl.when(~text.is_in(["", *null_values])).then(text).name.keep()


def is_text(cells: pl.Series) -> bool:
    """Return whether the cells are text, categories included."""
    return cells.dtype in (pl.String, pl.Categorical, pl.Enum)


def positions(mask: pl.Series) -> NDArray[np.int64]:
    """Return where a boolean column is true, null counting as false; int64."""
    return np.flatnonzero(mask.fill_null(value=False).to_numpy()).astype(np.int64)


def count(number: int, noun: str, one: str, many: str) -> str:
    """Return "1 cell is ..." or "3 cells are ..."."""
    return f"1 {noun} {one}" if number == 1 else f"{number} {noun}s {many}"


# The functions below take the columns of a frame that `clean` gave.


def numbers(cells: pl.Series, decimal: str = ".") -> pl.Series:
    """Return `(num_rows,)` Float64; null where a cell is empty or not a number."""
    if is_text(cells) and decimal == ",":
        cells = cells.str.replace(_COMMA_NUMBER, "${1}.${2}")
    return cells.cast(pl.Float64, strict=False).fill_nan(None)


def share_of_numbers(cells: pl.Series, decimal: str = ".") -> float:
    """Return the share of non-empty cells that are numbers, decimal commas included."""
    if not is_text(cells):
        return float(cells.dtype.is_numeric())
    num_filled = cells.count()
    if not num_filled:
        return 0.0
    share = numbers(cells, decimal).count() / num_filled
    if share < SHARE and cells.str.contains(",", literal=True).any():
        # They are numbers too, and typing them says what to do.
        share = numbers(cells, ",").count() / num_filled
    return share


def labels(cells: pl.Series) -> pl.Series:
    """Return `(num_rows,)` String; whole numbers without a decimal point.

    "3.0" and 3.0 become "3", so that a class keeps its name whatever file format it
    comes from; "007" stays "007".
    """
    if cells.dtype.is_float():
        cells = cells.fill_nan(None)
    text = cells.cast(pl.String)
    if not text.str.contains(".0", literal=True).any():
        return text  # which is told much sooner than by the pattern
    return text.str.replace(_WHOLE_NUMBER, "${1}")


def to_numeric(cells: pl.Series, decimal: str = ".") -> tuple[pl.Series, list[Problem]]:
    """Return Float64 and the cells that are no finite number of usable size."""
    values = numbers(cells, decimal)
    wrong = cells.is_not_null() & values.is_null()
    if is_text(cells):  # a text that parses to NaN ("NAN", "-nan") is an empty cell
        wrong &= cells.cast(pl.Float64, strict=False).is_null()
        found = _not_numbers(cells, wrong, decimal)
    elif not cells.dtype.is_numeric() and cells.dtype != pl.Boolean:
        found = _not_numbers(cells, wrong, decimal)
    else:
        found = []
    infinite = values.is_infinite()
    too_large = (values.abs() > LARGEST) & ~infinite
    found += _flagged(
        cells,
        infinite,
        ("is infinite", "are infinite"),
        "an infinite number",
        "Leave infinite cells empty.",
    )
    found += _flagged(
        cells,
        too_large,
        (f"is beyond ±{LARGEST:.0e}", f"are beyond ±{LARGEST:.0e}"),
        "a number too large to compute with",
        "Leave cells with numbers that large empty, or change the unit.",
    )
    return values.set(infinite | too_large, None), found


def to_boolean(cells: pl.Series) -> tuple[pl.Series, list[Problem]]:
    """Return Boolean and the cells that say neither yes nor no."""
    if cells.dtype == pl.Boolean:
        return cells, []
    text = cells.cast(pl.String).str.to_lowercase()
    yes, no = text.is_in(_TRUE), text.is_in(_FALSE)
    values = pl.Series(cells.name, yes).set(~(yes | no), None)
    return values, _flagged(
        cells,
        ~(yes | no),
        ("is neither true nor false", "are neither true nor false"),
        "a cell that is neither true nor false",
        f"Write true or false (or yes/no, 1/0), or {declare(cells.name)}.",
    )


def to_datetime(cells: pl.Series) -> tuple[pl.Series, list[Problem]]:
    """Return Datetime (µs, UTC, no zone) and the cells that are no date."""
    if is_text(cells):
        return to_datetimes(cells)
    if cells.dtype == pl.Date:
        return cells.cast(pl.Datetime("us")), []
    if isinstance(cells.dtype, pl.Datetime):
        if cells.dtype.time_zone:
            cells = cells.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return cells.cast(pl.Datetime("us")), []
    what = f"the cells are {cells.dtype}, not dates"
    empty = pl.Series(cells.name, [None] * len(cells), dtype=pl.Datetime("us"))
    fix = f"Write them as 2021-03-04 or 2021-03-04T10:30:00, or {declare(cells.name)}."
    return empty, [Problem(cells.name, what, fix=fix, droppable=False)]


def to_degrees(
    cells: pl.Series,
    low: float,
    high: float,
    decimal: str = ".",
) -> tuple[pl.Series, list[Problem]]:
    """Return Float64 degrees and the cells outside `[low, high]`."""
    values, found = to_numeric(cells, decimal)
    outside = (values < low) | (values > high)
    found += _flagged(
        values,
        outside,
        tuple(f"{be} outside [{low:g}, {high:g}] degrees" for be in ("is", "are")),
        "a latitude or longitude out of range",
        "Correct these cells or leave them empty. If the column is not in degrees, "
        f"declare it with --kind {cells.name}=numeric "
        f"(kinds={{{cells.name!r}: 'numeric'}}).",
    )
    return values, found


def declare(name: str, kind: str = "categorical") -> str:
    """Return how to say on the command line and in Python what kind a column is."""
    return f"declare it text with --kind {name}={kind} (kinds={{{name!r}: {kind!r}}})"


def _not_numbers(cells: pl.Series, wrong: pl.Series, decimal: str) -> list[Problem]:
    found = _flagged(
        cells,
        wrong,
        ("is not a number", "are not numbers"),
        "a cell that is not a number",
        "Correct these cells or leave them empty; if they mean that the value is "
        "missing, add them to null_values (--null), or " + declare(cells.name) + ".",
    )
    if decimal == "," or not found or not is_text(cells):
        return found
    where = positions(wrong & cells.str.contains(_COMMA_NUMBER))
    if len(where) <= (1 - SHARE) * cells.count():
        return found
    return [
        Problem(
            cells.name,
            count(len(where), "cell", "is a number", "are numbers")
            + " written with a decimal comma",
            positions=where,
            values=cells.gather(where).to_list(),
            fix=f"Pass --decimal , (decimal=','), or {declare(cells.name)}.",
            droppable=False,
        )
    ]


def _flagged(
    cells: pl.Series,
    mask: pl.Series,
    verbs: tuple[str, ...],
    reason: str,
    fix: str,
) -> list[Problem]:
    where = positions(mask)
    if not len(where):
        return []
    what = count(len(where), "cell", verbs[0], verbs[1])
    values = cells.gather(where).to_list()
    return [Problem(cells.name, what, reason, where, values, fix)]
