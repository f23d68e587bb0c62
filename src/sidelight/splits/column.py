"""As a column of the table says."""

from __future__ import annotations

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
from sidelight.table import Table

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

    Raises:
        SplitError: If the column is not named, holds other words, or has no test rows.
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
    if not (parts == VAL).any():
        parts, note = _validation_from_training(parts, config)
    return Split(parts, "column", note)


def _validation_from_training(
    parts: np.ndarray[tuple[int], np.dtype[np.int8]], config: SplitConfig
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int8]], str]:
    train = np.flatnonzero(parts == TRAIN)
    share = config.fractions[1] / (config.fractions[0] + config.fractions[1])
    rng = np.random.default_rng(config.seed)
    moved = rng.permutation(train)[: max(1, round(len(train) * share))]
    parts = parts.copy()
    parts[moved] = VAL
    return parts, f"{len(moved)} train rows, drawn at random, serve as val"
