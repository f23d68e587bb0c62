"""Which score a search climbs."""

from __future__ import annotations

import numpy as np
import pytest

from sidelight.errors import ConfigError, UnknownNameError
from sidelight.experiments.tune._config import metric_for, score_of

EVEN = np.arange(30) % 3
MOSTLY_ONE = np.array([0] * 27 + [1, 2, 2])
NUMBERS = np.linspace(0, 1, 30)


@pytest.mark.parametrize(
    ("asked", "task", "truth", "metric"),
    [
        (None, "multiclass", EVEN, "accuracy"),
        (None, "multiclass", MOSTLY_ONE, "balanced_accuracy"),
        (None, "regression", NUMBERS, "r2"),
        (None, "regression", np.ones(5), "mae"),
        ("log_loss", "binary", EVEN % 2, "log_loss"),
        ("mae", "regression", NUMBERS, "mae"),
    ],
)
def test_the_metric_suits_the_task_unless_another_is_asked_for(
    asked, task, truth, metric
):
    assert metric_for(asked, task, truth) == metric


def test_a_metric_of_another_task_is_refused():
    with pytest.raises(ConfigError, match=r"r2.*Choose from accuracy, balanced"):
        metric_for("r2", "multiclass", EVEN)
    with pytest.raises(ConfigError, match=r"accuracy.*Choose from r2, mae"):
        metric_for("accuracy", "regression", NUMBERS)
    with pytest.raises(UnknownNameError, match="Did you mean 'accuracy'"):
        metric_for("acuracy", "binary", EVEN)


@pytest.mark.parametrize(
    ("metric", "score"),
    [("accuracy", 0.75), ("log_loss", -1.5), ("mae", -2.0), ("r2", None), ("f", None)],
)
def test_higher_is_always_better(metric, score):
    scores = {"accuracy": 0.75, "log_loss": 1.5, "mae": 2.0, "r2": None}
    assert score_of(metric, scores) == score
