"""Rows drawn at random."""

from __future__ import annotations

import numpy as np

from sidelight.registry import SPLITS
from sidelight.splits._base import Split, SplitConfig
from sidelight.table import Table


@SPLITS.register("random", summary="rows drawn at random; for rows that are unrelated")
def random(table: Table, config: SplitConfig) -> Split:
    """Deal the rows at random in the wanted fractions, to the nearest row."""
    rng = np.random.default_rng(config.seed)
    return Split(deal(len(table), rng, config), "random")


def deal(
    num_rows: int, rng: np.random.Generator, config: SplitConfig
) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    """Return `(num_rows,)` int8 parts in random order, sizes by largest remainder."""
    wanted = np.array(config.fractions) * num_rows
    counts = np.floor(wanted).astype(int)
    # Equal remainders in random order: else a class of three rows never reaches test.
    shuffled = rng.permutation(3)
    by_remainder = shuffled[np.argsort((counts - wanted)[shuffled], kind="stable")]
    counts[by_remainder[: num_rows - counts.sum()]] += 1
    return rng.permutation(np.repeat(np.arange(3, dtype=np.int8), counts))
