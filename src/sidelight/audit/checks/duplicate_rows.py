"""Rows that repeat another row's metadata and answer."""

from __future__ import annotations

import polars as pl

from sidelight.audit._context import Context, counted, is_plain
from sidelight.audit._finding import Finding
from sidelight.registry import CHECKS

ROW = "\0row"  # no column is called so
TELLING = 0.5  # distinct values over rows of a column that rows do not share by chance


@CHECKS.register(
    "duplicate_rows",
    summary="rows alike in every column but the picture, a measured one among them",
    capabilities={"table"},
)
def find(context: Context) -> list[Finding]:
    """Say which rows are there twice."""
    frame, schema = context.table.frame, context.table.schema
    names = [
        name
        for name in frame.columns
        if name not in schema.images
        and is_plain(frame[name])
        and not _numbers_rows(frame[name])
    ]
    telling = [
        name
        for name in names
        if name not in schema.targets
        and frame[name].n_unique() > TELLING * len(frame)
        and frame[name].null_count() < TELLING * len(frame)
    ]
    if not telling or len(names) < 2:  # coarse columns agree in many rows by chance
        return []
    alike = pl.col(ROW) != pl.col(ROW).min().over(names)
    measured = pl.any_horizontal(pl.col(telling).is_not_null())  # gaps agree by chance
    again = frame.select(names).with_row_index(ROW).select(alike & measured)[:, 0]
    number = int(again.sum())
    if not number:
        return []
    return [
        context.finding(
            "duplicate_rows",
            "warning",
            f"{counted(number, 'row repeats', 'rows repeat')} an earlier row in all of "
            f"{counted(len(names), 'column')}; only the picture may differ.",
            where=again.to_numpy(),
            fix="Remove the copies, or keep them on one side of the split with "
            "--group COLUMN (group='COLUMN').",
        )
    ]


def _numbers_rows(cells: pl.Series) -> bool:
    """Return whether cells differ in every row and measure nothing, as a name does."""
    if cells.n_unique() < len(cells):
        return False
    return not cells.dtype.is_float() or bool((cells == cells.floor()).all())
