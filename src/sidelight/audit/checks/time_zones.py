"""Times of day some of which have a zone and others none."""

from __future__ import annotations

import numpy as np
import polars as pl

from sidelight.audit._context import Context, counted, verb
from sidelight.audit._finding import Finding
from sidelight.registry import CHECKS
from sidelight.table._cells import is_text

TIME = r"^\s*\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}"
ZONED = TIME + r"(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}(:?\d{2})?)\s*$"
FEWEST = 10
WIDE = 45.0  # degrees of longitude: three hours


@CHECKS.register(
    "time_zones",
    summary="times with and without a zone in a column, or none from far places",
    capabilities={"table"},
)
def find(context: Context) -> list[Finding]:
    """Say which times may be hours off."""
    found = []
    for name in context.beside:
        cells = context.read(name)
        if not is_text(cells):
            continue
        text = cells.cast(pl.String)
        times = text.str.contains(TIME).fill_null(value=False)
        if times.sum() < FEWEST:
            continue
        zoned = text.str.contains(ZONED).fill_null(value=False)
        bare = times & ~zoned
        if zoned.any() and bare.any():
            rarer = min((zoned, bare), key=lambda rows: rows.sum())
            number = int(rarer.sum())
            which = "with a zone" if rarer is zoned else "without a zone"
            sentence = (
                f"{counted(number, 'time')} of column {name!r} "
                f"{verb(number, 'is', 'are')} {which}, the others are not: they may "
                "be hours apart."
            )
            fix = "Write every time with its zone, or every time in UTC without one."
            found.append(
                context.finding(
                    "time_zones",
                    "warning",
                    sentence,
                    column=name,
                    where=rarer.to_numpy(),
                    fix=fix,
                )
            )
        elif bare.any() and name in context.kinds and _is_wide(context):
            sentence = (
                f"The times of column {name!r} have no zone, and the places are hours "
                "apart: local time and UTC would mean different things."
            )
            fix = "Make sure that all are UTC; write them with a zone if they are not."
            found.append(
                context.finding("time_zones", "note", sentence, column=name, fix=fix)
            )
    return found


def _is_wide(context: Context) -> bool:
    for column in context.table.schema.columns:
        if column.kind == "location":
            east = context.table.frame[column.sources[1]].drop_nulls().to_numpy()
            if len(east) and np.ptp(np.quantile(east, (0.05, 0.95))) > WIDE:
                return True
    return False
