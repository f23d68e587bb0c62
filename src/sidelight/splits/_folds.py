"""Several splits of one table: folds for scores, folds within the training rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sidelight.errors import SplitError
from sidelight.splits._base import (
    LEFT_OUT,
    TEST,
    TRAIN,
    VAL,
    Split,
    SplitConfig,
    column,
)
from sidelight.splits._make import check_split
from sidelight.splits.spatial import blocks, coordinates, with_buffer
from sidelight.table import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
    fold_of_row = _dealt(block, num_folds, config.seed)[block]
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
    fold_of_row: NDArray[np.int64], fold: int, num_folds: int
) -> NDArray[np.int8]:
    parts = np.full(len(fold_of_row), TRAIN, dtype=np.int8)
    parts[fold_of_row == (fold + 1) % num_folds] = VAL
    parts[fold_of_row == fold] = TEST
    return parts


def inner_folds(
    table: Table, split: Split, config: SplitConfig, num_folds: int = 5
) -> list[Split]:
    """Return splits in which each training row is held out once, for predictions of it.

    What the split keeps together stays together: groups, or blocks with their buffer;
    other rows are dealt at random. In fold `i` the held-out rows are test, val stays
    val, and the split's own test rows are left out.

    Args:
        table: The rows that were split.
        split: How they were split.
        config: The same split's options.
        num_folds: Number of folds.

    Raises:
        SplitError: If the training rows have fewer groups, blocks or rows than folds.
    """
    train = split.indices("train")
    unit = _units(table, split, config)[train]
    names, unit = np.unique(unit, return_inverse=True)
    if not 2 <= num_folds <= len(names):
        problem = f"{len(names)} groups of training rows cannot make {num_folds} folds"
        fix = f"Use 2 to {len(names)} folds."
        raise SplitError(problem, path=table.source, fix=fix)
    fold_of_row = _dealt(unit, num_folds, config.seed)[unit]
    folds = []
    for fold in range(num_folds):
        parts = split.assignment.copy()
        parts[parts == TEST] = LEFT_OUT
        parts[train[fold_of_row == fold]] = TEST
        note = f"fold {fold} of the training rows"
        if split.method == "spatial":
            degrees = coordinates(table, config)
            folds.append(with_buffer(degrees, parts, config, note))
        else:
            folds.append(Split(parts, split.method, note))
    return folds


def _units(table: Table, split: Split, config: SplitConfig) -> NDArray[Any]:
    """Return `(rows,)` what has to stay together."""
    if split.method == "spatial":
        return blocks(coordinates(table, config), config.block_deg)
    if config.group is not None:
        return column(table, config.group).cast(pl.String).fill_null("").to_numpy()
    return np.arange(len(table))


def _dealt(unit: NDArray[np.int64], num_folds: int, seed: int) -> NDArray[np.int64]:
    """Deal units to folds of about the same number of rows; return each unit's fold."""
    sizes = np.bincount(unit)
    order = np.random.default_rng(seed).permutation(len(sizes))
    folds = np.empty(len(sizes), dtype=np.int64)
    filled = np.zeros(num_folds)
    for one in order[np.argsort(-sizes[order], kind="stable")]:
        folds[one] = np.argmin(filled)
        filled[folds[one]] += sizes[one]
    return folds
