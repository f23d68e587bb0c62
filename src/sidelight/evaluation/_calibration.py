"""Are probabilities what they say? Reliability, and temperature scaling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from sidelight.errors import InputError
from sidelight.evaluation._classification import NUM_BINS

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMALLEST = 1e-7  # probability whose logarithm is taken
COLDEST, HOTTEST = 0.05, 20.0


def fit_temperature(truth: NDArray[Any], probability: NDArray[Any]) -> float:
    """Return the temperature at which probabilities fit the truth best.

    `softmax(log p / T)` keeps the order of the classes, so no answer changes; above 1
    it makes them less sure (Guo et al. 2017, arXiv 1706.04599).

    Args:
        truth: `(rows,)` class indices of validation rows.
        probability: `(rows, classes)`.

    Returns:
        The temperature of least log loss, between 0.05 and 20.

    Raises:
        InputError: If there are no rows.
    """
    if len(truth) == 0:
        problem = "a temperature needs rows to fit it to"
        raise InputError(problem)
    logs = _log(probability)
    rows = np.arange(len(truth))

    def loss(log_temperature: float) -> float:
        answers = log_softmax(logs / np.exp(log_temperature), axis=1)
        return float(-answers[rows, truth].mean())

    bounds = (np.log(COLDEST), np.log(HOTTEST))
    return float(np.exp(minimize_scalar(loss, bounds=bounds, method="bounded").x))


def with_temperature(
    probability: NDArray[Any], temperature: float
) -> NDArray[np.float64]:
    """Return `softmax(log p / T)` for probabilities `(rows, classes)`."""
    return np.asarray(np.exp(log_softmax(_log(probability) / temperature, axis=1)))


def reliability(truth: NDArray[Any], probability: NDArray[Any]) -> list[dict[str, Any]]:
    """Return how often the likeliest class is right, by how sure the answer is.

    Args:
        truth: `(rows,)` class indices.
        probability: `(rows, classes)`.

    Returns:
        For each of 15 equally wide bins of confidence that holds rows: `confidence`
        and `right`, both means over its rows, and `rows`.
    """
    confidence = probability.max(axis=1)
    right = probability.argmax(axis=1) == truth
    bins = np.minimum((confidence * NUM_BINS).astype(int), NUM_BINS - 1)
    return [
        {
            "confidence": float(confidence[bins == number].mean()),
            "right": float(right[bins == number].mean()),
            "rows": int(np.count_nonzero(bins == number)),
        }
        for number in np.unique(bins)
    ]


def _log(probability: NDArray[Any]) -> NDArray[np.float64]:
    return np.log(np.clip(probability.astype(np.float64), SMALLEST, None))
