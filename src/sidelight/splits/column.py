"""As a column of the table says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sidelight.errors import SplitError
from sidelight.registry import SPLITS
from sidelight.splits._base import (
    PARTS,
    TRAIN,
    VAL,
    Split,
    SplitConfig,
    without_gaps,
)
from sidelight.splits._classes import class_codes
from sidelight.table import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

SPELLINGS = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
    "test": "test",
    "testing": "test",
}


@SPLITS.register("column", summary="a column that already says train, val or test")
def column(table: Table, config: SplitConfig) -> Split:
    """Read the parts from a column; without val rows, some train rows become val.

    They are drawn within each class, or as whole groups where a group is named.

    Raises:
        SplitError: If the column is not named, has empty cells, or holds other words.
    """
    if config.column is None:
        problem = "this split needs a column that says train, val or test"
        raise SplitError(problem, fix="Name it: --split-column COLUMN")
    cells = without_gaps(table, config.column, "every row needs a part")
    words = cells.cast(str).str.strip_chars().str.to_lowercase()
    unknown = ~words.is_in(list(SPELLINGS)).to_numpy()
    if unknown.any():
        problem = f"{unknown.sum()} rows are neither train, val nor test"
        raise SplitError(
            problem,
            path=table.source,
            column=config.column,
            rows=table.rows[unknown].tolist(),
            values=cells.filter(unknown).to_list(),
            fix="Use the words train, val and test.",
        )
    codes = {word: PARTS[SPELLINGS[word]] for word in SPELLINGS}  # type: ignore[index]
    parts = np.array([codes[word] for word in words], dtype=np.int8)
    note = ""
    if not (parts == VAL).any() and (parts == TRAIN).any():
        moved, what = _validation(table, np.flatnonzero(parts == TRAIN), config)
        parts[moved] = VAL
        note = f"{len(moved)} train rows, {what}, serve as val" if len(moved) else ""
    return Split(parts, "column", note)


def _validation(
    table: Table, train: NDArray[np.int64], config: SplitConfig
) -> tuple[NDArray[np.int64], str]:
    """Return the positions of train rows that become val, and how they were drawn."""
    wanted = max(1, round(len(train) * config.fractions[1] / sum(config.fractions[:2])))
    rng = np.random.default_rng(config.seed)
    if config.group is not None:
        purpose = "rows of a group are to stay together"
        groups = without_gaps(table, config.group, purpose).cast(str).to_numpy()[train]
        return _whole_groups(train, groups, wanted, rng), "whole groups"
    labels = class_codes(table)[train]
    # In order of class, at random within it: even steps then take each class's share.
    order = rng.permutation(len(train))
    order = order[np.argsort(labels[order], kind="stable")]
    # One row of each class is never moved: what training lacks cannot be learned.
    _, first = np.unique(labels[order], return_index=True)
    free = np.delete(order, first)
    wanted = min(wanted, len(free))
    steps = (np.arange(wanted) + rng.random()) * len(free) / max(wanted, 1)
    return train[free[steps.astype(np.int64)]], "drawn at random"


def _whole_groups(
    train: NDArray[np.int64],
    groups: NDArray[Any],
    wanted: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    names, group = np.unique(groups, return_inverse=True)
    order = rng.permutation(len(names))
    reached = np.cumsum(np.bincount(group)[order])
    num_moved = min(int(np.searchsorted(reached, wanted)) + 1, len(names) - 1)
    return train[np.isin(group, order[:num_moved])]
