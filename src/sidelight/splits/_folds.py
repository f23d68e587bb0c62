"""Several spatial splits of one table, so that a score is not one lucky draw."""

from __future__ import annotations

import numpy as np

from sidelight.errors import SplitError
from sidelight.splits._base import TEST, TRAIN, VAL, Split, SplitConfig
from sidelight.splits._make import check_split
from sidelight.splits.spatial import blocks, coordinates, with_buffer
from sidelight.table import Table


def block_folds(table: Table, config: SplitConfig, num_folds: int = 5) -> list[Split]:
    """Return splits whose test parts are whole blocks and cover every row once.

    In fold `i` the blocks of fold `i` are test and those of the next fold are val.

    Args:
        table: Checked rows with a location.
        config: Size of the blocks, buffer, seed.
        num_folds: Number of folds; at least 3, or nothing is left to train on.

    Raises:
        SplitError: If there is no location, there are fewer blocks than folds, or a
            fold cannot be trained on.
    """
    degrees = coordinates(table, config)
    names, block = np.unique(blocks(degrees, config.block_deg), return_inverse=True)
    if not 3 <= num_folds <= len(names):
        problem = f"{len(names)} blocks cannot make {num_folds} folds"
        fix = "Use at least 3 folds and as many blocks; a smaller --block gives more."
        raise SplitError(problem, path=table.source, fix=fix)
    sizes = np.bincount(block)
    order = np.random.default_rng(config.seed).permutation(len(names))
    fold_of_block = np.empty(len(names), dtype=np.int64)
    filled = np.zeros(num_folds)
    for unit in order[np.argsort(-sizes[order], kind="stable")]:
        fold = int(np.argmin(filled))
        fold_of_block[unit] = fold
        filled[fold] += sizes[unit]
    fold_of_row = fold_of_block[block]
    folds = [
        with_buffer(
            degrees, _parts(fold_of_row, fold, num_folds), config, f"fold {fold}"
        )
        for fold in range(num_folds)
    ]
    for split in folds:
        check_split(table, split)
    return folds


def _parts(
    fold_of_row: np.ndarray[tuple[int], np.dtype[np.int64]], fold: int, num_folds: int
) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    parts = np.full(len(fold_of_row), TRAIN, dtype=np.int8)
    parts[fold_of_row == (fold + 1) % num_folds] = VAL
    parts[fold_of_row == fold] = TEST
    return parts
