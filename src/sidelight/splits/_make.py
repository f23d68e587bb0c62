"""Choose the way of splitting, split, and check what came out."""

from __future__ import annotations

import polars as pl

from sidelight.errors import SplitError
from sidelight.registry import SPLITS
from sidelight.splits._base import (
    LEFT_OUT,
    PARTS,
    TRAIN,
    Split,
    SplitConfig,
    without_gaps,
)
from sidelight.splits._classes import class_members
from sidelight.table import Table

MIN_ROWS = 6


def make_split(table: Table, config: SplitConfig) -> Split:
    """Divide the rows of a table into train, val and test.

    Raises:
        SplitError: If there are too few rows, a part stays empty, a class does not
            occur in training, or the split is not by groups and breaks some.
        ColumnNotFoundError: If a column is named that is not there.
        UnknownNameError: If there is no such way of splitting.
    """
    if len(table) < MIN_ROWS:
        rows = "1 row is" if len(table) == 1 else f"{len(table)} rows are"
        problem = f"{rows} too few to train, validate and test"
        raise SplitError(problem, path=table.source, fix="Bring at least 6 rows.")
    split: Split = SPLITS.get(method_of(table, config)).obj(table, config)
    check_split(table, split)
    _check_groups(table, split, config)
    return split


def check_split(table: Table, split: Split) -> None:
    """Refuse a split that cannot be trained on.

    Raises:
        SplitError: If a part is empty, or a class does not occur in training.
    """
    _check_parts(table, split)
    _check_classes(table, split)


def method_of(table: Table, config: SplitConfig) -> str:
    """Return the name of the way of splitting, with "auto" decided."""
    if config.method != "auto":
        return config.method
    if config.column is not None:
        return "column"
    if config.group is not None:
        return "grouped"
    if config.time is not None:
        return "time"
    return "random" if table.schema.task in (None, "regression") else "stratified"


def _check_parts(table: Table, split: Split) -> None:
    empty = [part for part in PARTS if not len(split.indices(part))]
    if empty:
        counts = ", ".join(f"{n} {part}" for part, n in split.counts().items() if n)
        problem = f"the {split.method} split leaves {' and '.join(empty)} empty"
        problem += f" ({counts})"
        fix = (
            "Bring more rows, use smaller blocks or groups, or choose another --split."
        )
        if split.method == "column":
            fix = "Mark rows as such, or let Sidelight split: without --split-column."
        elif split.left_out and "train" in empty:
            fix = "Use a smaller --buffer, or larger blocks."
        raise SplitError(problem, path=table.source, fix=fix)


def _check_classes(table: Table, split: Split) -> None:
    absent = class_members(table).absent(split.assignment == TRAIN)
    if absent:
        what = "label" if table.schema.task == "multilabel" else "class"
        problem = (
            f"no training row has the {what} {', '.join(repr(a) for a in absent)} in a "
            f"{split.method} split"
        )
        raise SplitError(
            problem,
            path=table.source,
            column=table.schema.target,
            fix="Use --split stratified, another --seed, or smaller blocks or groups.",
        )


def _check_groups(table: Table, split: Split, config: SplitConfig) -> None:
    # --group is a promise, whatever else decides the split.
    if config.group is None or split.method == "grouped":
        return
    groups = without_gaps(table, config.group, "rows of a group are to stay together")
    rows = pl.DataFrame({"group": groups, "part": split.assignment})
    kept = pl.col("part") != LEFT_OUT
    parts = pl.col("part").filter(kept).n_unique().over("group")
    broken = rows.select(kept & (parts > 1)).to_series().to_numpy()
    if broken.any():
        num_groups = groups.filter(broken).n_unique()
        problem = f"the {split.method} split divides {num_groups} of these groups"
        raise SplitError(
            problem,
            path=table.source,
            column=config.group,
            rows=table.rows[broken].tolist(),
            values=groups.filter(broken).to_list(),
            fix="Use --split grouped, or leave --group out.",
        )
