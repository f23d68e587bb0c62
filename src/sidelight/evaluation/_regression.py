"""Scores of predicted numbers; scikit-learn computes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import metrics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SCORES = ("mae", "rmse", "r2")


def regression_metrics(
    truth: NDArray[np.floating[Any]],
    prediction: NDArray[np.floating[Any]],
    names: Sequence[str] = (),
) -> dict[str, Any]:
    """Return mean absolute error, root mean squared error and R².

    Args:
        truth: `(rows,)` in the units of the target, or `(rows, targets)`.
        prediction: As the truth.
        names: What several targets are called.

    Returns:
        rows, mae, rmse, and r2, which is None where the truth is constant. Of several
        targets these are means over targets (r2 over those that have one), and
        per_target has each target's own.
    """
    if truth.ndim == 1:
        return {"rows": len(truth), **_of_one(truth, prediction)}
    names = names or [str(number) for number in range(truth.shape[1])]
    each = {
        name: _of_one(true, said)
        for name, true, said in zip(names, truth.T, prediction.T, strict=True)
    }
    return {
        "rows": len(truth),
        **{score: _mean([of[score] for of in each.values()]) for score in SCORES},
        "per_target": each,
    }


def _of_one(truth: NDArray[Any], prediction: NDArray[Any]) -> dict[str, float | None]:
    constant = len(truth) < 2 or np.ptp(truth) == 0
    return {
        "mae": float(metrics.mean_absolute_error(truth, prediction)),
        "rmse": float(metrics.root_mean_squared_error(truth, prediction)),
        "r2": None if constant else float(metrics.r2_score(truth, prediction)),
    }


def _mean(scores: Sequence[float | None]) -> float | None:
    known = [score for score in scores if score is not None]
    return float(np.mean(known)) if known else None
