"""Tests with an effect size beside them, so that large tables do not cry wolf.

A difference that means nothing is significant in a million rows, and one that is large
is luck in twenty. So a check asks for both, a p-value corrected for the number of
columns and an effect that matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SURE = 1e-3  # a p-value below it, corrected, is not luck


@dataclass(frozen=True)
class Association:
    """How strongly two things go together.

    Attributes:
        p: The p-value of independence.
        effect: Cramér's V or Kolmogorov's distance, 0 to 1.
    """

    p: float
    effect: float


def cramer(counts: NDArray[np.int64]) -> Association:
    """Return Pearson's test and the bias-corrected V of a table of counts.

    Args:
        counts: `(levels, classes)` rows in each cell; empty lines do not count.
    """
    from scipy.stats import chi2  # noqa: PLC0415 - half a second, only for this

    counts = counts[counts.sum(1) > 0][:, counts.sum(0) > 0]
    rows, columns = counts.shape
    total = counts.sum()
    if min(rows, columns) < 2 or total < 2:
        return Association(1.0, 0.0)
    expected = np.outer(counts.sum(1), counts.sum(0)) / total
    statistic = float(((counts - expected) ** 2 / expected).sum())
    freedom = (rows - 1) * (columns - 1)
    # Bergsma's correction: without it many levels look like an effect.
    phi = max(0.0, statistic / total - freedom / (total - 1))
    effective_rows = rows - (rows - 1) ** 2 / (total - 1)
    effective_columns = columns - (columns - 1) ** 2 / (total - 1)
    least = min(effective_rows, effective_columns) - 1
    effect = float(np.sqrt(phi / least)) if least > 0 else 0.0
    return Association(float(chi2.sf(statistic, freedom)), min(effect, 1.0))


def kolmogorov(first: NDArray[np.float64], second: NDArray[np.float64]) -> Association:
    """Return the two-sample test of two sets of numbers without gaps."""
    from scipy.stats import kstwobign  # noqa: PLC0415

    if not len(first) or not len(second):
        return Association(1.0, 0.0)
    distance = ks_distance(first, second)
    effective = np.sqrt(len(first) * len(second) / (len(first) + len(second)))
    return Association(float(kstwobign.sf(effective * distance)), distance)


def ks_distance(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Return the largest difference of two cumulative distributions."""
    first, second = np.sort(first), np.sort(second)
    both = np.concatenate([first, second])
    below_first = np.searchsorted(first, both, side="right") / len(first)
    below_second = np.searchsorted(second, both, side="right") / len(second)
    return float(np.abs(below_first - below_second).max())


def holm(p: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number, by Holm's step-down."""
    order = np.argsort(p, kind="stable")
    corrected = np.empty(len(p))
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(p) - rank) * p[index]))
        corrected[index] = highest
    return corrected.tolist()


def table_of(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how often codes go together, `(codes, codes)`; negative ones do not."""
    both = (first >= 0) & (second >= 0)
    first, second = first[both], second[both]
    if not len(first):
        return np.zeros((1, 1), np.int64)
    shape = (int(first.max()) + 1, int(second.max()) + 1)
    cells = np.bincount(first * shape[1] + second, minlength=shape[0] * shape[1])
    return cells.reshape(shape)
