"""The answers of two arms, combined after training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax

from sidelight.experiments.compare._arms import STACK
from sidelight.experiments.compare._unit import Unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMALLEST = 1e-7  # probability whose logarithm is taken


def stack_units(first: Unit, second: Unit, truth: NDArray[Any]) -> Unit:
    """Combine two arms of the same fold and seed.

    Two weights are fitted to the validation rows: probabilities become
    `softmax(a log p + b log q)` (a logarithmic opinion pool), numbers a linear mixture.
    Validation rows themselves are answered with the weights of the other half of them,
    so that their score is no better than it should be.

    Args:
        first: Answers of one arm.
        second: Answers of another.
        truth: `(rows,)` class indices or numbers of the validation rows.
    """
    val = [unit.figures["val"] for unit in (first, second)]
    test = [unit.figures["test"] for unit in (first, second)]
    half = np.arange(len(truth)) % 2 == 0
    answers = np.empty_like(val[0], dtype=np.float64)
    for fitted, asked in ((half, ~half), (~half, half)):
        weights = _weights([f[fitted] for f in val], truth[fitted])
        answers[asked] = _combined([f[asked] for f in val], weights)
    figures = {"val": answers, "test": _combined(test, _weights(val, truth))}
    return Unit(
        STACK,
        first.fold,
        first.seed,
        figures=figures,
        parameters=first.parameters + second.parameters,
        ms_per_row=first.ms_per_row + second.ms_per_row,
    )


def _weights(figures: list[NDArray[Any]], truth: NDArray[Any]) -> NDArray[np.float64]:
    if figures[0].ndim == 1:
        design = np.stack([*figures, np.ones(len(truth))], axis=1)
        return np.asarray(np.linalg.lstsq(design, truth, rcond=None)[0])
    logs = np.stack([_log(f) for f in figures])
    rows = np.arange(len(truth))

    def loss(weights: NDArray[np.float64]) -> float:
        answers = log_softmax(np.tensordot(weights, logs, axes=1), axis=1)
        return float(-answers[rows, truth].mean())

    return np.asarray(minimize(loss, np.array([0.5, 0.5])).x)


def _combined(
    figures: list[NDArray[Any]], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    if figures[0].ndim == 1:
        return np.column_stack([*figures, np.ones(len(figures[0]))]) @ weights
    logs = np.stack([_log(f) for f in figures])
    return np.asarray(np.exp(log_softmax(np.tensordot(weights, logs, 1), axis=1)))


def _log(probability: NDArray[Any]) -> NDArray[np.float64]:
    return np.log(np.clip(probability.astype(np.float64), SMALLEST, None))
