"""By time: learn from the past, be tested on what came after."""

from __future__ import annotations

import numpy as np
import polars as pl

from sidelight.errors import SplitError
from sidelight.registry import SPLITS
from sidelight.splits._base import Split, SplitConfig, refuse, without_gaps
from sidelight.table import Table
from sidelight.table._cells import is_text, numbers, to_datetime


@SPLITS.register("time", summary="oldest rows train, newest test, by --time COLUMN")
def time(table: Table, config: SplitConfig) -> Split:
    """Cut the rows in order of time; rows of one moment stay together.

    Raises:
        SplitError: If there is no datetime column, cells of it are empty or no times,
            or there are too few different times.
    """
    name = config.time
    if name is None:
        found = [c.sources[0] for c in table.schema.columns if c.kind == "datetime"]
        if len(found) != 1:
            problem = (
                f"a split by time needs one datetime column; there are {len(found)}"
            )
            raise SplitError(problem, path=table.source, fix="Name it: --time COLUMN")
        name = found[0]
    cells = without_gaps(table, name, "a split by time needs every time")
    cells = _ordered(table, cells)
    moments, moment = np.unique(cells.to_numpy(), return_inverse=True)
    if len(moments) < 3:
        problem = f"{len(moments)} different times cannot fill train, val and test"
        raise SplitError(problem, path=table.source, column=name)
    before = np.cumsum(np.bincount(moment)) / len(table)
    cuts = np.cumsum(config.fractions)[:2]
    first = int(np.clip(np.searchsorted(before, cuts[0]), 0, len(moments) - 3))
    second = int(np.clip(np.searchsorted(before, cuts[1]), first + 1, len(moments) - 2))
    part = np.digitize(np.arange(len(moments)), [first + 1, second + 1])
    note = f"val from {moments[first + 1]}, test from {moments[second + 1]}"
    return Split(part[moment].astype(np.int8), "time", note)


def _ordered(table: Table, cells: pl.Series) -> pl.Series:
    # A column left out of the metadata is still text, whose order is not that of time.
    if not is_text(cells):
        return cells
    amounts = numbers(cells)
    if not amounts.null_count():
        return amounts
    moments, problems = to_datetime(cells)
    refuse(table, problems)
    return moments
