"""Records of Python values become typed columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

JOINT = ";"


def to_frame(records: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return one row per record; a name that a record lacks is a missing cell.

    Numbers stay numbers where all cells of a name are; cells of several types become
    text. Lists of words become one text, `a;b`. Objects and lists of numbers are left
    out: they are no metadata.
    """
    names = dict.fromkeys(name for record in records for name in record)
    made = (
        to_column(name, [_plain(record.get(name)) for record in records])
        for name in names
        if not any(_is_nested(record.get(name)) for record in records)
    )
    return pl.DataFrame(list(made))


def to_column(name: str, cells: Sequence[Any]) -> pl.Series:
    """Return the cells as integers, floats, booleans or else text."""
    types = {type(cell) for cell in cells if cell is not None}
    if types == {bool}:
        return pl.Series(name, cells, dtype=pl.Boolean)
    if types == {int} and all(-(2**63) <= c < 2**63 for c in cells if c is not None):
        return pl.Series(name, cells, dtype=pl.Int64)
    if types and types <= {int, float}:
        floats = [None if cell is None else float(cell) for cell in cells]
        return pl.Series(name, floats, dtype=pl.Float64)
    texts = [None if cell is None else _text(cell) for cell in cells]
    return pl.Series(name, texts, dtype=pl.String)


def joined(words: Iterable[str]) -> str | None:
    """Return different words as one text in order, `a;b`; None if there is none."""
    return JOINT.join(sorted(set(words))) or None


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return JOINT.join(value) or None
    return value


def _is_nested(value: Any) -> bool:
    if isinstance(value, list):
        return not all(isinstance(word, str) for word in value)
    return isinstance(value, dict)


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return str(cell)
