"""Rows drawn at random within each class."""

from __future__ import annotations

import numpy as np

from sidelight.errors import SplitError
from sidelight.registry import SPLITS
from sidelight.splits._base import TRAIN, Split, SplitConfig
from sidelight.splits._classes import class_codes, has_classes
from sidelight.splits.random import deal
from sidelight.table import Table


@SPLITS.register(
    "stratified", summary="rows drawn at random within each class; the default"
)
def stratified(table: Table, config: SplitConfig) -> Split:
    """Deal each class in the wanted fractions; every class is in train.

    Rows with several labels are dealt by the rarest of them.

    Raises:
        SplitError: If the target is not one of classes.
    """
    if not has_classes(table):
        problem = "a stratified split needs a target of classes"
        raise SplitError(problem, path=table.source, fix="Use --split random.")
    rng = np.random.default_rng(config.seed)
    stratum = class_codes(table)
    assignment = np.empty(len(table), dtype=np.int8)
    for code in np.unique(stratum):
        rows = np.flatnonzero(stratum == code)
        parts = deal(len(rows), rng, config)
        if not (parts == TRAIN).any():
            parts[0] = TRAIN
        assignment[rows] = parts
    return Split(assignment, "stratified")
