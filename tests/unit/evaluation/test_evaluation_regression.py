"""Scores of amounts."""

import numpy as np
import pytest

from sidelight.evaluation import regression_metrics


def test_errors_by_hand():
    scores = regression_metrics(np.array([1.0, 2, 3]), np.array([1.0, 4, 2]))
    assert scores == {
        "rows": 3,
        "mae": 1,
        "rmse": pytest.approx((5 / 3) ** 0.5),
        "r2": pytest.approx(1 - 5 / 2),
    }


@pytest.mark.parametrize("truth", [[3.0, 3.0], [3.0]])
def test_a_constant_truth_explains_nothing(truth):
    scores = regression_metrics(np.array(truth), np.array(truth) + 1)
    assert scores["r2"] is None
    assert scores["mae"] == 1


def test_perfect_answers():
    truth = np.linspace(0, 1, 9)
    assert regression_metrics(truth, truth) == {"rows": 9, "mae": 0, "rmse": 0, "r2": 1}
