"""Answers and truth in, scores, intervals and pictures out."""

from sidelight.evaluation._calibration import (
    fit_temperature,
    reliability,
    with_temperature,
)
from sidelight.evaluation._classification import (
    calibration_error,
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
from sidelight.evaluation._evaluate import (
    FEW_ROWS,
    SCORE_NAMES,
    evaluate,
    groups_of,
    subgroup_metrics,
)
from sidelight.evaluation._importance import Part, permutation_importance
from sidelight.evaluation._intervals import bootstrap_interval
from sidelight.evaluation._label_noise import find_label_noise
from sidelight.evaluation._regression import regression_metrics
from sidelight.evaluation._row_scores import (
    FALLING,
    METRICS,
    METRICS_OF,
    POINTS,
    primary_metric,
    row_scores,
)

__all__ = [
    "FALLING",
    "FEW_ROWS",
    "METRICS",
    "METRICS_OF",
    "POINTS",
    "SCORE_NAMES",
    "Interval",
    "Part",
    "bootstrap_interval",
    "calibration_error",
    "choose_threshold",
    "classification_metrics",
    "detectable_difference",
    "evaluate",
    "find_label_noise",
    "fit_temperature",
    "groups_of",
    "holm",
    "mean_interval",
    "p_value",
    "permutation_importance",
    "primary_metric",
    "regression_metrics",
    "reliability",
    "row_scores",
    "subgroup_metrics",
    "with_temperature",
]
