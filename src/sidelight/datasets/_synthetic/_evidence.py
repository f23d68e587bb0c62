"""Two classes, told apart by a level and, beside it, a normal reading."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

normal = NormalDist()


def two_columns(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the two classes' probabilities `(rows, 2)` from log odds `(rows,)`."""
    second = 1 / (1 + np.exp(-log_odds))
    return np.stack([1 - second, second], axis=1)


def accuracy_with_reading(joint: NDArray[np.float64], distance: float) -> float:
    """Return how often the best answer is right where there is a reading.

    With level `a`, class `y` and reading `x ~ N(±d, 1)`, the log odds of the second
    class are `l(a) + 2 d x`. It is answered where they are positive: `x > -l(a) / 2d`.
    So

        p(right) = sum_a p(a, 2nd) Phi(d + l(a) / 2d) + p(a, 1st) Phi(d - l(a) / 2d)

    Args:
        joint: p(class, level), `(2, levels)`, all positive.
        distance: `d`.
    """
    first, second = joint
    shift = np.log(second / first) / (2 * distance)
    return float(
        sum(
            q * normal.cdf(distance + s) + p * normal.cdf(distance - s)
            for p, q, s in zip(first, second, shift, strict=True)
        )
    )


def accuracy_without_reading(joint: NDArray[np.float64]) -> float:
    """Return how often the best answer is right where the level is all there is."""
    return float(joint.max(axis=0).sum())
