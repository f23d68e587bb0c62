"""Times that have not come yet, and the times that stand for none."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from sidelight.audit._context import Context, counted, verb
from sidelight.audit._finding import Finding
from sidelight.registry import CHECKS

# Where clocks and spreadsheets begin to count: what is written for "not known".
BEGINNINGS = (datetime(1970, 1, 1), datetime(1900, 1, 1), datetime(1899, 12, 30))
MOST = 0.5


@CHECKS.register(
    "future_dates",
    summary="times that have not come yet, or at which clocks begin to count (1970, "
    "1900)",
    capabilities={"table"},
)
def find(context: Context) -> list[Finding]:
    """Say which times cannot be those of a picture."""
    found = []
    later = context.now.replace(tzinfo=None) + timedelta(days=1)
    for name, kind in context.kinds.items():
        if kind != "datetime":
            continue
        cells = context.table.frame[name].cast(pl.Datetime("us"))
        ahead = (cells > later).fill_null(value=False)
        number = int(ahead.sum())
        if 0 < number <= MOST * cells.count():
            sentence = (
                f"{counted(number, 'time')} of column {name!r} "
                f"{verb(number, 'has', 'have')} not come yet."
            )
            found.append(_finding(context, name, sentence, ahead))
        start = cells.is_in(BEGINNINGS).fill_null(value=False)
        number = int(start.sum())
        if 3 <= number <= MOST * cells.count():
            sentence = (
                f"{counted(number, 'time')} of column {name!r} are the moment at "
                "which a clock begins to count: they mean that the time is not known."
            )
            found.append(_finding(context, name, sentence, start))
    return found


def _finding(context: Context, name: str, sentence: str, where: pl.Series) -> Finding:
    return context.finding(
        "future_dates",
        "warning",
        sentence,
        column=name,
        where=where.to_numpy(),
        fix="Correct these cells or leave them empty.",
    )
