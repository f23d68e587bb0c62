"""Scores of sets of labels; scikit-learn computes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import metrics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FROM = 0.5  # probability from which a label is said to be there


def multilabel_metrics(
    truth: NDArray[Any], probability: NDArray[Any], labels: Sequence[str]
) -> dict[str, Any]:
    """Score probabilities of labels, each of which is there or not.

    Args:
        truth: `(rows, labels)` of 0 and 1.
        probability: `(rows, labels)`.
        labels: Names in fitted order.

    Returns:
        mean_average_precision (over the labels that occur), label_ranking (see
        `row_scores`), micro_f1, macro_f1 (over the labels that occur), hamming_loss,
        exact_match (rows whose whole set is right), log_loss (mean over labels),
        per_label with support, average_precision, roc_auc, precision, recall and f1.
        A label is said to be there from a probability of one half. A score that these
        rows do not define is None.
    """
    said = probability >= FROM
    true = truth.astype(bool)
    each = {
        name: _of_label(true[:, i], said[:, i], probability[:, i])
        for i, name in enumerate(labels)
    }
    occurring = [scores for scores in each.values() if scores["support"]]
    hits, misses = (true & said).sum(), (true != said).sum()
    return {
        "rows": len(truth),
        "mean_average_precision": _mean([s["average_precision"] for s in occurring]),
        "label_ranking": float(label_ranking(truth, probability).mean()),
        "micro_f1": float(2 * hits / (2 * hits + misses)) if hits + misses else None,
        "macro_f1": _mean([s["f1"] for s in occurring]),
        "hamming_loss": float((true != said).mean()),
        "exact_match": float((true == said).all(axis=1).mean()),
        "log_loss": _log_loss(true, probability),
        "per_label": each,
    }


def label_ranking(truth: NDArray[Any], probability: NDArray[Any]) -> NDArray[Any]:
    """Return `(rows,)`: for each true label, how much of what ranks as high is true.

    The label ranking average precision of Schapire and Singer 2000, doi
    10.1023/A:1007649029923: the mean over a row's true labels of (true labels at least
    as probable) / (all labels at least as probable). It is 1 of a row without labels.
    """
    true = truth.astype(bool)
    total = np.zeros(len(truth))
    for label in range(truth.shape[1]):  # memory stays that of one matrix
        as_high = probability >= probability[:, label, None]
        share = (as_high & true).sum(axis=1) / as_high.sum(axis=1)
        total += np.where(true[:, label], share, 0.0)
    count = true.sum(axis=1)
    return np.where(count, total / np.maximum(count, 1), 1.0)


def _of_label(
    true: NDArray[np.bool_], said: NDArray[np.bool_], probability: NDArray[Any]
) -> dict[str, Any]:
    support, hits = int(true.sum()), int((true & said).sum())
    found = int(said.sum())
    both = 0 < support < len(true)
    return {
        "support": support,
        "average_precision": float(metrics.average_precision_score(true, probability))
        if support
        else None,
        "roc_auc": float(metrics.roc_auc_score(true, probability)) if both else None,
        "precision": hits / found if found else None,
        "recall": hits / support if support else None,
        "f1": 2 * hits / (support + found) if support + found else None,
    }


def _log_loss(true: NDArray[np.bool_], probability: NDArray[Any]) -> float:
    # As scikit-learn clips: at the precision of the figures' own type.
    smallest = np.finfo(probability.dtype).eps
    of_truth = np.where(true, probability, 1 - probability)
    clipped = np.clip(of_truth, smallest, 1).astype(np.float64)
    return float(-np.log(clipped).mean())


def _mean(scores: Sequence[float]) -> float | None:
    return float(np.mean(scores)) if scores else None
