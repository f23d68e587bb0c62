"""Amounts written with their unit or with thousands apart, which are read as words."""

from __future__ import annotations

import polars as pl

from sidelight.audit._context import Context
from sidelight.audit._finding import Finding
from sidelight.registry import CHECKS
from sidelight.table._cells import is_text

# A point before letters would make an amount of 37.jpg.
WITH_UNIT = r"^\s*[<>~≈]?\s*[+-]?\d+([.,]\d+)*\s*[a-zA-Zµ°%′″/²³]{1,8}\.?\s*$"
THOUSANDS = r"^\s*[+-]?\d{1,3}([,' ]\d{3})+(\.\d+)?\s*$"
SHARE, DISTINCT = 0.8, 10


@CHECKS.register(
    "numbers_as_text",
    summary="amounts that are read as words: with a unit in the cell, or with "
    "thousands apart",
    capabilities={"table"},
)
def find(context: Context) -> list[Finding]:
    """Say which columns of words hold amounts."""
    found = []
    for name in context.beside:
        if context.kinds.get(name, "categorical") != "categorical":
            continue
        cells = context.table.frame[name]
        if not is_text(cells) or not cells.count():
            continue
        text = cells.cast(pl.String)
        matches = text.str.contains(f"{WITH_UNIT}|{THOUSANDS}")
        if matches.sum() < SHARE * text.count() or _units(text) > 3:
            continue
        if text.n_unique() < DISTINCT:  # a few sizes are categories
            continue
        found.append(
            context.finding(
                "numbers_as_text",
                "warning",
                f"Column {name!r} holds amounts that are read as words.",
                column=name,
                where=matches.fill_null(value=False).to_numpy(),
                fix="Write plain numbers in one unit, such as 12.5, and the unit into "
                "the column's name.",
            )
        )
    return found


def _units(text: pl.Series) -> int:
    """Return how many different endings there are: codes have many, amounts few."""
    endings = text.drop_nulls().str.replace_all(r"[\d.,' <>~≈+-]", "")
    return endings.n_unique()
