"""Answers and truth in, scores, intervals and pictures out."""

from sidelight.evaluation._classification import (
    choose_threshold,
    classification_metrics,
)
from sidelight.evaluation._comparison import (
    Interval,
    detectable_difference,
    holm,
    mean_interval,
    p_value,
)
from sidelight.evaluation._evaluate import evaluate, subgroup_metrics
from sidelight.evaluation._intervals import bootstrap_interval
from sidelight.evaluation._regression import regression_metrics
from sidelight.evaluation._row_scores import METRICS, primary_metric, row_scores

__all__ = [
    "METRICS",
    "Interval",
    "bootstrap_interval",
    "choose_threshold",
    "classification_metrics",
    "detectable_difference",
    "evaluate",
    "holm",
    "mean_interval",
    "p_value",
    "primary_metric",
    "regression_metrics",
    "row_scores",
    "subgroup_metrics",
]
