"""Answers and truth in, scores, intervals and pictures out."""

from sidelight.evaluation._classification import (
    choose_threshold,
    classification_metrics,
)
from sidelight.evaluation._evaluate import evaluate, subgroup_metrics
from sidelight.evaluation._intervals import bootstrap_interval
from sidelight.evaluation._regression import regression_metrics

__all__ = [
    "bootstrap_interval",
    "choose_threshold",
    "classification_metrics",
    "evaluate",
    "regression_metrics",
    "subgroup_metrics",
]
