"""Choose the way of splitting, split, and check what came out."""

from __future__ import annotations

from sidelight.errors import SplitError
from sidelight.registry import SPLITS
from sidelight.splits._base import PARTS, Split, SplitConfig
from sidelight.table import Table

MIN_ROWS = 6


def make_split(table: Table, config: SplitConfig) -> Split:
    """Divide the rows of a table into train, val and test.

    Raises:
        SplitError: If there are too few rows, a part stays empty, or a class does not
            occur in training.
        ColumnNotFoundError: If a column is named that is not there.
        UnknownNameError: If there is no such way of splitting.
    """
    if len(table) < MIN_ROWS:
        problem = f"{len(table)} rows are too few to train, validate and test"
        raise SplitError(problem, path=table.source, fix="Bring at least 6 rows.")
    method = config.method if config.method != "auto" else _usual(table, config)
    split: Split = SPLITS.get(method).obj(table, config)
    _check_parts(table, split)
    _check_classes(table, split)
    return split


def _usual(table: Table, config: SplitConfig) -> str:
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
        raise SplitError(
            problem,
            path=table.source,
            fix="Bring more rows, use smaller blocks or groups, or choose another "
            "--split.",
        )


def _check_classes(table: Table, split: Split) -> None:
    if table.schema.task not in ("binary", "multiclass"):
        return
    labels = table.target()
    seen = set(labels[split.indices("train")].unique().to_list())
    absent = [label for label in labels.unique().sort().to_list() if label not in seen]
    if absent:
        problem = (
            f"no training row has the class {', '.join(repr(a) for a in absent)} in a "
            f"{split.method} split"
        )
        raise SplitError(
            problem,
            path=table.source,
            column=table.schema.target,
            fix="Use --split stratified, another --seed, or smaller blocks or groups.",
        )
