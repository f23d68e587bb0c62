"""Two sets of answers, weighed: a logarithmic opinion pool, or a linear mixture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMALLEST = 1e-7  # probability whose logarithm is taken


def pool_weights(
    figures: list[NDArray[Any]], truth: NDArray[Any]
) -> NDArray[np.float64]:
    """Return the weights with which answers are best combined.

    Args:
        figures: Of each method `(rows, classes)` probabilities, or `(rows,)` numbers.
        truth: `(rows,)` class indices or numbers.

    Returns:
        One weight a method for `softmax(a log p + b log q)` (the logarithmic opinion
        pool of Genest and Zidek 1986, doi 10.1214/ss/1177013825); for numbers one
        weight a method and a constant.
    """
    if figures[0].ndim == 1:
        design = np.stack([*figures, np.ones(len(truth))], axis=1)
        return np.asarray(np.linalg.lstsq(design, truth, rcond=None)[0])
    logs = np.stack([_log(f) for f in figures])
    rows = np.arange(len(truth))

    def loss(weights: NDArray[np.float64]) -> float:
        answers = log_softmax(np.tensordot(weights, logs, axes=1), axis=1)
        return float(-answers[rows, truth].mean())

    return np.asarray(minimize(loss, np.array([0.5, 0.5])).x)


def pool(
    figures: list[NDArray[Any]], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the combined answers, of the same shape."""
    if figures[0].ndim == 1:
        return np.column_stack([*figures, np.ones(len(figures[0]))]) @ weights
    logs = np.stack([_log(f) for f in figures])
    return np.asarray(np.exp(log_softmax(np.tensordot(weights, logs, 1), axis=1)))


def _log(probability: NDArray[Any]) -> NDArray[np.float64]:
    return np.log(np.clip(probability.astype(np.float64), SMALLEST, None))


def cross_fitted(figures: list[NDArray[Any]], truth: NDArray[Any]) -> NDArray[Any]:
    """Return combined answers to the rows that weights are fitted to.

    Each half is answered with the weights of the other half, so that their score is no
    better than it should be.
    """
    half = np.arange(len(truth)) % 2 == 0
    answers = np.empty(figures[0].shape)
    for fitted, asked in ((half, ~half), (~half, half)):
        weights = pool_weights([f[fitted] for f in figures], truth[fitted])
        answers[asked] = pool([f[asked] for f in figures], weights)
    return answers
