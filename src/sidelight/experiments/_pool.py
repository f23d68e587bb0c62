"""Two sets of answers, weighed: a logarithmic opinion pool, or a linear mixture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_softmax, logit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.schema import Task

SMALLEST = 1e-7  # probability whose logarithm is taken


def pool_weights(
    figures: list[NDArray[Any]], truth: NDArray[Any], task: Task
) -> NDArray[np.float64]:
    """Return the weights with which answers are best combined.

    Args:
        figures: Of each method probabilities `(rows, classes)` or `(rows, labels)`, or
            numbers, `(rows,)` or `(rows, targets)`.
        truth: `(rows,)` class indices, or of the shape of the figures.
        task: What is answered.

    Returns:
        One weight a method for `softmax(a log p + b log q)` (the logarithmic opinion
        pool of Genest and Zidek 1986, doi 10.1214/ss/1177013825), or of log-odds for
        labels; for numbers one weight a method and a constant, `(methods + 1,)` or
        `(methods + 1, targets)`.
    """
    if task == "regression":
        return _least_squares(figures, truth)
    logs = np.stack([_log(f, task) for f in figures])
    rows = np.arange(len(truth))

    def loss(weights: NDArray[np.float64]) -> float:
        pooled = np.tensordot(weights, logs, axes=1)
        if task == "multilabel":
            return float(np.logaddexp(0.0, np.where(truth > 0, -pooled, pooled)).mean())
        return float(-log_softmax(pooled, axis=1)[rows, truth].mean())

    return np.asarray(minimize(loss, np.array([0.5, 0.5])).x)


def pool(
    figures: list[NDArray[Any]], weights: NDArray[np.float64], task: Task
) -> NDArray[np.float64]:
    """Return the combined answers, of the same shape."""
    if task == "regression":
        each = zip(figures, weights, strict=False)
        return np.asarray(sum(weight * figure for figure, weight in each) + weights[-1])
    logs = np.stack([_log(f, task) for f in figures])
    pooled = np.tensordot(weights, logs, 1)
    if task == "multilabel":
        return np.asarray(expit(pooled))
    return np.asarray(np.exp(log_softmax(pooled, axis=1)))


def _least_squares(
    figures: list[NDArray[Any]], truth: NDArray[Any]
) -> NDArray[np.float64]:
    if truth.ndim == 1:
        design = np.stack([*figures, np.ones(len(truth))], axis=1)
        return np.asarray(np.linalg.lstsq(design, truth, rcond=None)[0])
    targets = range(truth.shape[1])
    each = [_least_squares([f[:, i] for f in figures], truth[:, i]) for i in targets]
    return np.stack(each, axis=1)


def _log(probability: NDArray[Any], task: Task) -> NDArray[np.float64]:
    """Return logarithms of probabilities, or log-odds of labels."""
    figures = probability.astype(np.float64)
    if task == "multilabel":
        return np.asarray(logit(np.clip(figures, SMALLEST, 1 - SMALLEST)))
    return np.log(np.clip(figures, SMALLEST, None))


def cross_fitted(
    figures: list[NDArray[Any]], truth: NDArray[Any], task: Task
) -> NDArray[Any]:
    """Return combined answers to the rows that weights are fitted to.

    Each half is answered with the weights of the other half, so that their score is no
    better than it should be.
    """
    half = np.arange(len(truth)) % 2 == 0
    answers = np.empty(figures[0].shape)
    for fitted, asked in ((half, ~half), (~half, half)):
        weights = pool_weights([f[fitted] for f in figures], truth[fitted], task)
        answers[asked] = pool([f[asked] for f in figures], weights, task)
    return answers
