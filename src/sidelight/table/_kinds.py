"""What kind of thing a column holds, told from its name and its cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import polars as pl

from sidelight.schema import Column, Kind
from sidelight.table import _cells as cells_
from sidelight.table._cells import SHARE
from sidelight.table._dates import FORMS, date_forms
from sidelight.table._names import location_pairs, names_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PAIRS = ({"true", "false"}, {"yes", "no"})
MOST_SPELLINGS = 2**4 + 2**5  # true and false, each letter large or small
NESTED = (pl.List, pl.Array, pl.Struct, pl.Binary, pl.Object, pl.Time, pl.Duration)


def pairs_of(
    frame: pl.DataFrame,
    free: Sequence[str],
    kinds: Mapping[str, str],
    latitude: str | None,
    longitude: str | None,
    decimal: str,
) -> list[Column]:
    """Return the pairs of columns that are places: those named, or found by name."""
    if latitude is not None and longitude is not None:
        chosen = [("", latitude, longitude)]
    else:
        open_names = [n for n in free if n not in kinds]
        chosen = [
            (affix, lat, lon)
            for affix, lat, lon in location_pairs(open_names)
            if all(
                is_number(frame[n], decimal) and not _empty_or_constant(frame[n])
                for n in (lat, lon)
            )
        ]
    pairs = []
    for affix, lat, lon in chosen:
        name = "location" if not affix or len(chosen) == 1 else f"location_{affix}"
        if name in frame.columns:
            name = f"{lat}_{lon}"
        pairs.append(Column(name=name, kind="location", sources=(lat, lon)))
    return pairs


def kind_of(
    cells: pl.Series, given: str | None, decimal: str
) -> tuple[Kind | None, str]:
    """Return a column's kind, or None and why it is no metadata."""
    if isinstance(cells.dtype, NESTED):
        return None, f"holds values of type {cells.dtype}, which are no metadata"
    reason = _empty_or_constant(cells)
    if reason:
        return None, reason
    if given is not None:
        return cast("Kind", given), ""
    if cells.dtype == pl.Boolean:
        return "boolean", ""
    if cells.dtype.is_temporal():
        return "datetime", ""
    if is_number(cells, decimal):
        return _number_kind(cells, decimal)
    return _text_kind(cells)


def _empty_or_constant(cells: pl.Series) -> str:
    if cells.null_count() == len(cells):
        return "is empty in every row"
    # A column that is either one value or empty does say something.
    same = not cells.null_count() and bool((cells == cells[0]).all())
    return "is the same in every row" if same else ""


def is_number(cells: pl.Series, decimal: str) -> bool:
    """Return whether nearly all cells that are filled are numbers."""
    return cells_.share_of_numbers(cells, decimal) >= SHARE


def _number_kind(cells: pl.Series, decimal: str) -> tuple[Kind | None, str]:
    values = cells_.numbers(cells, decimal)
    if values.null_count() or not bool((values == values.floor()).all()):
        return "numeric", ""
    if values.n_unique() < len(values):
        return "numeric", ""
    bounds = float(values.min()), float(values.max())  # type: ignore[arg-type]
    counts_rows = len(values) > 2 and bounds[1] - bounds[0] == len(values) - 1
    if counts_rows or names_rows(cells.name):
        return None, "numbers the rows: every value is another one"
    return "numeric", ""


def _text_kind(text: pl.Series) -> tuple[Kind | None, str]:
    filled = text.drop_nulls()
    distinct = filled.unique()
    few = distinct.head(MOST_SPELLINGS + 1)
    if len(few) <= MOST_SPELLINGS and set(few.str.to_lowercase()) in _PAIRS:
        return "boolean", ""
    # Every way of writing a date begins with a digit, which is soon looked for.
    if filled.str.contains(r"^\d").sum() >= SHARE * len(filled):
        forms = date_forms(filled)
        if forms.count() >= SHARE * len(filled):
            return _date_kind(forms.drop_nulls().unique().to_list())
    if len(distinct) == len(filled):
        return None, "names the rows: every text is another one"
    return "categorical", ""


def _date_kind(forms: Sequence[str]) -> tuple[Kind | None, str]:
    if any(form in FORMS for form in forms):
        return "datetime", ""
    written = " and ".join(sorted(forms))
    return None, f"dates written as {written}; ISO 8601 (2021-03-04) would be read"
