"""Scores of ordered classes: how far off an answer is counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import metrics

from sidelight.evaluation._classification import classification_metrics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def ordinal_metrics(
    truth: NDArray[np.integer[Any]],
    probability: NDArray[np.floating[Any]],
    classes: Sequence[str],
) -> dict[str, Any]:
    """Score probabilities of ordered classes.

    Args:
        truth: `(rows,)` positions of the classes in their order.
        probability: `(rows, classes)`.
        classes: Class names, lowest first.

    Returns:
        All of `classification_metrics`, and: rank_mae, the mean number of places
        between the likeliest class and the true one; quadratic_kappa, Cohen's kappa
        with squared distances as weights (Cohen 1968, doi 10.1037/h0026256), which is
        None where truth and answers are one and the same class everywhere.
    """
    answer = probability.argmax(axis=1)
    alike = len(np.unique([truth, answer])) < 2
    kappa = None
    if not alike:
        places = list(range(len(classes)))
        kappa = float(
            metrics.cohen_kappa_score(truth, answer, labels=places, weights="quadratic")
        )
    return {
        **classification_metrics(truth, probability, classes),
        "rank_mae": float(np.abs(answer - truth).mean()),
        "quadratic_kappa": kappa,
    }
