"""Scores of predicted numbers; scikit-learn computes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn import metrics

if TYPE_CHECKING:
    from numpy.typing import NDArray


def regression_metrics(
    truth: NDArray[np.floating[Any]], prediction: NDArray[np.floating[Any]]
) -> dict[str, Any]:
    """Return mean absolute error, root mean squared error and R².

    Args:
        truth: `(rows,)` in the units of the target.
        prediction: `(rows,)` in the same units.

    Returns:
        rows, mae, rmse, and r2, which is None where the truth is constant.
    """
    constant = len(truth) < 2 or np.ptp(truth) == 0
    return {
        "rows": len(truth),
        "mae": float(metrics.mean_absolute_error(truth, prediction)),
        "rmse": float(metrics.root_mean_squared_error(truth, prediction)),
        "r2": None if constant else float(metrics.r2_score(truth, prediction)),
    }
