"""Any metric as a figure for each row, so that methods are compared by paired means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sidelight.errors import InputError, UnknownNameError
from sidelight.evaluation._multilabel import label_ranking

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sidelight.schema import Task


def row_scores(
    metric: str, truth: NDArray[Any], figures: NDArray[Any]
) -> NDArray[np.float64]:
    """Return scores of rows whose plain mean is the metric of those rows.

    Higher is better: losses and errors are negated. The figures that describe the truth
    alone, such as the sizes of the classes or the variance of the numbers, are those of
    the rows given. So score the test rows of all folds together, and cut afterwards.

    Args:
        metric: One of `METRICS`.
        truth: `(rows,)` class indices, `(rows, labels)` of 0 and 1, or numbers,
            `(rows,)` or `(rows, targets)`.
        figures: `(rows, classes)` or `(rows, labels)` probabilities, or numbers of the
            truth's shape in its units.

    Returns:
        `(rows,)` scores: of accuracy 1 where the likeliest class is right; of
        balanced_accuracy the same times rows / (classes that occur * rows of that
        class); of log_loss the logarithm of the true class's probability; of r2
        1 - squared error / variance of the truth; of mae minus the absolute error; both
        are means over targets. Of rank_mae minus the places between the likeliest class
        and the true one; of label_ranking how much of what ranks as high as a true
        label is true (1 of a row without labels).

    Raises:
        UnknownNameError: If there is no such metric.
        InputError: If r2 is asked for and the truth is constant.
    """
    if metric not in _SCORES:
        kind = "metric"
        raise UnknownNameError(kind, metric, METRICS)
    return _SCORES[metric](truth, figures)


def primary_metric(task: Task, truth: NDArray[Any]) -> str:
    """Return the metric that methods are ranked by.

    Accuracy says little where one class is most of the rows. So it gives way to
    balanced accuracy where naming the largest class every time gets more than half of
    the way from chance to perfection: `share > (1 + 1 / classes) / 2`, which is 75 % of
    the rows for two classes and 55 % for ten.

    Args:
        task: What is predicted.
        truth: As for `row_scores`.

    Returns:
        "accuracy" or "balanced_accuracy" of classes, "rank_mae" of ordered ones,
        "label_ranking" of labels, "r2" of numbers, or "mae" where they are constant.
    """
    if task == "regression":
        return "mae" if (np.ptp(truth, axis=0) == 0).any() else "r2"
    if task in ("multilabel", "ordinal"):
        return METRICS_OF[task][0]
    _, sizes = np.unique(truth, return_counts=True)
    if len(sizes) < 2:
        return "accuracy"
    share = sizes.max() / sizes.sum()
    return "balanced_accuracy" if share > (1 + 1 / len(sizes)) / 2 else "accuracy"


def _accuracy(truth: NDArray[Any], figures: NDArray[Any]) -> NDArray[np.float64]:
    right: NDArray[np.bool_] = figures.argmax(axis=1) == truth
    return right.astype(np.float64)


def _balanced_accuracy(
    truth: NDArray[Any], figures: NDArray[Any]
) -> NDArray[np.float64]:
    _, of_row, sizes = np.unique(truth, return_inverse=True, return_counts=True)
    weight = len(truth) / (len(sizes) * sizes)
    return weight[of_row] * _accuracy(truth, figures)


def _log_loss(truth: NDArray[Any], figures: NDArray[Any]) -> NDArray[np.float64]:
    summed = figures / figures.sum(axis=1, keepdims=True)
    # As scikit-learn clips: at the precision of the figures' own type.
    smallest = np.finfo(summed.dtype).eps
    of_truth = np.clip(summed[np.arange(len(truth)), truth], smallest, 1 - smallest)
    logarithms: NDArray[np.float64] = np.log(of_truth.astype(np.float64))
    return logarithms


def _r2(truth: NDArray[Any], figures: NDArray[Any]) -> NDArray[np.float64]:
    numbers = truth.astype(np.float64)
    if (np.ptp(numbers, axis=0) == 0).any():
        problem = "r2 is not defined where the truth is the same in every row"
        raise InputError(problem, fix="Use the metric mae.")
    return _over_targets(1 - (numbers - figures) ** 2 / numbers.var(axis=0))


def _mae(truth: NDArray[Any], figures: NDArray[Any]) -> NDArray[np.float64]:
    return _over_targets(-np.abs(truth.astype(np.float64) - figures))


def _over_targets(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    return scores if scores.ndim == 1 else np.asarray(scores.mean(axis=1))


def _rank_mae(truth: NDArray[Any], figures: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(-np.abs(figures.argmax(axis=1) - truth), np.float64)


_SCORES: dict[str, Callable[[NDArray[Any], NDArray[Any]], NDArray[np.float64]]] = {
    "accuracy": _accuracy,
    "balanced_accuracy": _balanced_accuracy,
    "log_loss": _log_loss,
    "r2": _r2,
    "mae": _mae,
    "rank_mae": _rank_mae,
    "label_ranking": label_ranking,
}
METRICS = tuple(_SCORES)
_OF_CLASSES = ("accuracy", "balanced_accuracy", "log_loss")
METRICS_OF: dict[Task, tuple[str, ...]] = {
    "binary": _OF_CLASSES,
    "multiclass": _OF_CLASSES,
    "ordinal": ("rank_mae", *_OF_CLASSES),
    "multilabel": ("label_ranking",),
    "regression": ("r2", "mae"),
}
FALLING = ("log_loss", "mae", "rank_mae")  # less is better; negated where ranked
POINTS = ("accuracy", "balanced_accuracy")  # told in points of a hundred
