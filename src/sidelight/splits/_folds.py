"""Several splits of one table: folds for scores, folds within the training rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sidelight.errors import SplitError
from sidelight.splits._base import (
    LEFT_OUT,
    NUM_DRAWS,
    TEST,
    TRAIN,
    VAL,
    Split,
    SplitConfig,
    column,
)
from sidelight.splits._classes import class_codes, class_members
from sidelight.splits._make import check_split, make_split, method_of
from sidelight.splits.spatial import blocks, coordinates, with_buffer
from sidelight.table import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray


LEAST_OF_A_CLASS = 3  # one row for each part


def make_folds(table: Table, config: SplitConfig, num_folds: int = 5) -> list[Split]:
    """Return splits whose test parts cover every row once.

    What the split keeps together stays together: blocks with their buffer, or groups;
    a stratified split deals each class by itself. In fold `i` the rows of fold `i` are
    test and those of the next fold are val. Classes of fewer than three rows are in
    train in every fold and never tested.

    Args:
        table: Checked rows.
        config: How they are divided; one fold is the split itself.
        num_folds: Number of folds; 1, or at least 3 so that something is left to train
            on.

    Raises:
        SplitError: If rows are divided by time or by a column (these have one test
            part), there are too few rows, groups or blocks, or a class is missing
            from the training rows of a fold.
    """
    if num_folds == 1:
        return [make_split(table, config)]
    method = method_of(table, config)
    if method in ("time", "column"):
        problem = f"a {method} split has one test part, and cannot make folds"
        raise SplitError(problem, path=table.source, fix="Use --folds 1.")
    unit = np.unique(units_of(table, method, config), return_inverse=True)[1]
    num_units = int(unit.max()) + 1
    if not 3 <= num_folds <= num_units:
        what = {"spatial": "blocks", "grouped": "groups"}.get(method, "rows")
        problem = f"{num_units} {what} cannot make {num_folds} folds"
        fix = (
            f"Use 1 fold, or 3 to {num_units}: one tests, one validates, the others "
            "train."
        )
        if what == "blocks":
            fix = "Use 1 fold, or at least 3 and as many blocks; see --block."
        raise SplitError(problem, path=table.source, fix=fix)
    fold_of_row = _fold_of_row(table, method, unit, num_folds, config.seed)
    folds = []
    for fold in range(num_folds):
        parts = _parts(fold_of_row, fold, num_folds)
        note = f"fold {fold + 1} of {num_folds}"
        if method == "spatial":
            split = with_buffer(coordinates(table, config), parts, config, note)
        else:
            split = Split(parts, method, note)
        check_split(table, split)
        folds.append(split)
    return folds


def _fold_of_row(
    table: Table, method: str, unit: NDArray[np.int64], num_folds: int, seed: int
) -> NDArray[np.int64]:
    """Return `(rows,)` fold of each row; -1 for rows that are never tested."""
    if method != "stratified":
        return _fewest_absent(table, unit, num_folds, seed)
    rng = np.random.default_rng(seed)
    labels = class_codes(table)
    folds = np.full(len(table), -1, dtype=np.int64)
    start = 0
    for label in np.unique(labels):
        rows = rng.permutation(np.flatnonzero(labels == label))
        if len(rows) < LEAST_OF_A_CLASS:
            continue
        # One class goes on where the last one ended, so that folds stay even.
        folds[rows] = (start + np.arange(len(rows))) % num_folds
        start += len(rows)
    return folds


def _fewest_absent(
    table: Table, unit: NDArray[np.int64], num_folds: int, seed: int
) -> NDArray[np.int64]:
    """Deal whole units, in the first of some orders whose folds train on all classes.

    If no order gives that, the last one is kept, and the check of the split says so.
    """
    members = class_members(table)
    folds = np.empty(0, dtype=np.int64)
    for draw in range(NUM_DRAWS):
        folds = _dealt(unit, num_folds, (seed, draw))[unit]
        parts = (_parts(folds, fold, num_folds) for fold in range(num_folds))
        if not any(members.absent(p == TRAIN) for p in parts):
            break
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
    unit = units_of(table, split.method, config)[train]
    names, unit = np.unique(unit, return_inverse=True)
    if not 2 <= num_folds <= len(names):
        problem = f"{len(names)} groups of training rows cannot make {num_folds} folds"
        fix = f"Use 2 to {len(names)} folds."
        raise SplitError(problem, path=table.source, fix=fix)
    fold_of_row = _dealt(unit, num_folds, (config.seed, 0))[unit]
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


def units_of(table: Table, method: str, config: SplitConfig) -> NDArray[Any]:
    """Return `(rows,)` what has to stay together: a block, a group, or a row itself.

    Rows of one unit are not independent of one another.
    """
    if method == "spatial":
        return blocks(coordinates(table, config), config.block_deg)
    if config.group is not None:
        return column(table, config.group).cast(pl.String).fill_null("").to_numpy()
    return np.arange(len(table))


def _dealt(
    unit: NDArray[np.int64], num_folds: int, seed: tuple[int, int]
) -> NDArray[np.int64]:
    """Deal units to folds of about the same number of rows; return each unit's fold."""
    sizes = np.bincount(unit)
    order = np.random.default_rng(seed).permutation(len(sizes))
    folds = np.empty(len(sizes), dtype=np.int64)
    filled = np.zeros(num_folds)
    for one in order[np.argsort(-sizes[order], kind="stable")]:
        folds[one] = np.argmin(filled)
        filled[folds[one]] += sizes[one]
    return folds
