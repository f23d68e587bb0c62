"""Scores of class probabilities; scikit-learn computes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import metrics
from sklearn.preprocessing import label_binarize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

NUM_BINS = 15


def classification_metrics(
    truth: NDArray[np.integer[Any]],
    probability: NDArray[np.floating[Any]],
    classes: Sequence[str],
    *,
    threshold: float | None = None,
) -> dict[str, Any]:
    """Score probabilities against true classes.

    Args:
        truth: `(rows,)` class indices.
        probability: `(rows, classes)`, each row summing to one.
        classes: Class names in fitted order.
        threshold: Binary only: probability of the second class from which a row is
            called so, for the scores under "at_threshold".

    Returns:
        accuracy, balanced_accuracy, macro_f1, log_loss, roc_auc (one against the rest,
        macro), pr_auc (macro average precision), calibration_error, per_class with
        sensitivity, specificity and support, and confusion_matrix (rows are the truth).
        Of two classes, roc_auc and pr_auc are those of the second. A mean over classes
        leaves out those that do not occur; a score that these rows do not define is
        None.
    """
    labels = list(range(len(classes)))
    answer = probability.argmax(axis=1)
    # For the loss only: rounding must not order rows that are alike.
    summed = probability / probability.sum(axis=1, keepdims=True)
    scores = {
        **_decision_scores(truth, answer, classes),
        "log_loss": float(metrics.log_loss(truth, summed, labels=labels)),
        "roc_auc": _over_classes(metrics.roc_auc_score, truth, probability),
        "pr_auc": _over_classes(metrics.average_precision_score, truth, probability),
        "calibration_error": calibration_error(truth, probability),
    }
    if threshold is not None and len(classes) == 2:
        decided = (probability[:, 1] >= threshold).astype(int)
        scores["threshold"] = threshold
        scores["at_threshold"] = _decision_scores(truth, decided, classes)
    return scores


def choose_threshold(
    truth: NDArray[np.integer[Any]], probability: NDArray[np.floating[Any]]
) -> float:
    """Return the operating threshold that maximises balanced accuracy.

    Args:
        truth: `(rows,)` 0 or 1, of validation rows.
        probability: `(rows,)` of the second class.

    Returns:
        The middle between the two neighbouring probabilities, or the upper one where
        their type has no number between; 0.5 where only one class occurs.
    """
    if len(np.unique(truth)) < 2:
        return 0.5
    false, true, cuts = metrics.roc_curve(truth, probability, drop_intermediate=False)
    # The first cut is infinite; the last calls every row positive and is as good.
    cut = cuts[1:][np.argmax((true - false)[1:])]
    below = probability[probability < cut]
    lower = float(below.max()) if len(below) else 0.0
    # Comparing float32 rounds the threshold to float32: it must not fall to `lower`.
    middle = probability.dtype.type((float(cut) + lower) / 2)
    return float(middle if middle > lower else cut)


def calibration_error(
    truth: NDArray[np.integer[Any]], probability: NDArray[np.floating[Any]]
) -> float:
    """Return the expected calibration error of the likeliest class.

    Rows are put into 15 equally wide bins of confidence; the gap between mean
    confidence and accuracy of each bin is averaged over rows (Guo et al. 2017,
    arXiv 1706.04599).
    """
    confidence = probability.max(axis=1)
    right = probability.argmax(axis=1) == truth
    bins = np.minimum((confidence * NUM_BINS).astype(int), NUM_BINS - 1)
    gap = np.bincount(bins, weights=right - confidence, minlength=NUM_BINS)
    return float(np.abs(gap).sum() / len(truth))


def _decision_scores(
    truth: NDArray[np.integer[Any]],
    answer: NDArray[np.integer[Any]],
    classes: Sequence[str],
) -> dict[str, Any]:
    labels = list(range(len(classes)))
    matrix = metrics.confusion_matrix(truth, answer, labels=labels)
    support = matrix.sum(axis=1)
    hits = matrix.diagonal()
    false_alarms = matrix.sum(axis=0) - hits
    others = len(truth) - support
    sensitivity = [_ratio(h, s) for h, s in zip(hits, support, strict=True)]
    seen = [s for s in sensitivity if s is not None]
    per_class = {
        name: {
            "support": int(support[i]),
            "sensitivity": sensitivity[i],
            "specificity": _ratio(others[i] - false_alarms[i], others[i]),
        }
        for i, name in enumerate(classes)
    }
    return {
        "rows": len(truth),
        "accuracy": float(metrics.accuracy_score(truth, answer)),
        "balanced_accuracy": float(np.mean(seen)),
        "macro_f1": float(
            metrics.f1_score(truth, answer, average="macro", zero_division=0.0)
        ),
        "per_class": per_class,
        "confusion_matrix": matrix.tolist(),
    }


def _ratio(part: int, whole: int) -> float | None:
    return float(part / whole) if whole else None


def _over_classes(
    score: Any,
    truth: NDArray[np.integer[Any]],
    probability: NDArray[np.floating[Any]],
) -> float | None:
    """Return the mean over the classes that occur; None if there is only one."""
    num_classes = probability.shape[1]
    if len(np.unique(truth)) < 2:
        return None
    if num_classes == 2:
        return float(score(truth, probability[:, 1]))
    indicator = label_binarize(truth, classes=list(range(num_classes)))
    occurring = [i for i in range(num_classes) if indicator[:, i].any()]
    return float(
        np.mean([score(indicator[:, i], probability[:, i]) for i in occurring])
    )
