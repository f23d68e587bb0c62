"""The scores that suit a task, for all rows and for groups of them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sidelight.evaluation._classification import classification_metrics
from sidelight.evaluation._multilabel import multilabel_metrics
from sidelight.evaluation._ordinal import ordinal_metrics
from sidelight.evaluation._regression import regression_metrics

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from sidelight.schema import Task

# A score of fewer rows than this says little; it is shown and marked.
FEW_ROWS = 30
MAX_GROUPS = 50
# What people are shown, in this order, where a score exists.
SCORE_NAMES = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "rank_mae": "MAE in ranks",
    "quadratic_kappa": "quadratic kappa",
    "mean_average_precision": "mean AP",
    "label_ranking": "label ranking precision",
    "micro_f1": "micro F1",
    "macro_f1": "macro F1",
    "hamming_loss": "Hamming loss",
    "exact_match": "whole set right",
    "log_loss": "log loss",
    "roc_auc": "ROC-AUC",
    "pr_auc": "PR-AUC",
    "calibration_error": "calibration error",
    "threshold": "threshold (chosen on val)",
    "mae": "MAE",
    "rmse": "RMSE",
    "r2": "R²",
}


def evaluate(
    truth: NDArray[Any],
    figures: NDArray[Any],
    names: Sequence[str],
    *,
    task: Task | None = None,
    threshold: float | None = None,
) -> dict[str, Any]:
    """Return the scores that suit a task.

    Args:
        truth: `(rows,)` class indices or numbers, `(rows, labels)` of 0 and 1, or
            `(rows, targets)` numbers.
        figures: `(rows, classes)` or `(rows, labels)` probabilities, or numbers of the
            truth's shape.
        names: Names of classes or labels in fitted order, or of several targets.
        task: What is predicted; None is classes if there are names, else numbers.
        threshold: Operating threshold of a binary task.
    """
    if task == "regression" or not names:
        return regression_metrics(truth, figures, names)
    if task == "multilabel":
        return multilabel_metrics(truth, figures, names)
    if task == "ordinal":
        return ordinal_metrics(truth, figures, names)
    return classification_metrics(truth, figures, names, threshold=threshold)


def subgroup_metrics(
    truth: NDArray[Any],
    figures: NDArray[Any],
    column: pl.Series,
    names: Sequence[str],
    *,
    task: Task | None = None,
    threshold: float | None = None,
) -> dict[str, dict[str, Any]]:
    """Return the same scores for the rows of each value of a column.

    Args:
        truth: As for `evaluate`.
        figures: As for `evaluate`.
        column: `(rows,)`; numbers and times with more than 10 different values are
            put into quarters, missing cells are a group of their own.
        names: As for `evaluate`.
        task: As for `evaluate`.
        threshold: Operating threshold of a binary task.

    Returns:
        Scores by value, in the order of the values, missing ones last; "small" marks
        those of fewer than 30 rows. The 50 largest groups are given.
    """
    scores = {}
    for value, rows in groups_of(column):
        group = evaluate(
            truth[rows], figures[rows], names, task=task, threshold=threshold
        )
        scores[value] = {**group, "small": len(rows) < FEW_ROWS}
    return scores


def groups_of(
    column: pl.Series, *, quarters: bool = True
) -> list[tuple[str, list[int]]]:
    """Return the name and the row positions of each group, in order of value.

    Args:
        column: `(rows,)`, grouped as `subgroup_metrics` says.
        quarters: Whether many numbers are put into quarters; classes may be called by
            numbers, and are none.
    """
    is_time = column.dtype in (pl.Date, pl.Datetime)
    numbers = column.dt.epoch("s") if is_time else column
    if not numbers.dtype.is_numeric():
        numbers = numbers.cast(pl.Float64, strict=False)
    names = column.cast(pl.String)
    order = names
    if numbers.null_count() == column.null_count():
        order = numbers  # so that 10 comes after 9
        if quarters and numbers.n_unique() > 10:
            names = _quarters(numbers, is_time)
    frame = pl.DataFrame({"name": names.fill_null("missing"), "order": order})
    groups = (
        frame.with_row_index("row")
        .group_by("name")
        .agg("row", pl.col("order").min(), pl.len().alias("size"))
        .sort("size", "order", "name", descending=[True, False, False])
        .head(MAX_GROUPS)
        .sort("order", "name", nulls_last=True)
    )
    return list(groups.select("name", "row").iter_rows())


def _quarters(numbers: pl.Series, is_time: bool) -> pl.Series:
    ends = [numbers.quantile(q) or 0.0 for q in (0, 0.25, 0.5, 0.75, 1)]
    quarter = np.digitize(numbers.fill_null(0).to_numpy(), ends[1:-1], right=True)
    shown = _dates(ends) if is_time else _digits(ends)
    names = np.array([f"{low} to {high}" for low, high in itertools.pairwise(shown)])
    missing = numbers.is_null().to_numpy()
    return pl.Series(np.where(missing, "missing", names[quarter]))


def _digits(numbers: list[float]) -> list[str]:
    """Show as few digits as keep different numbers different."""
    rounded = ([f"{number:.{n}g}" for number in numbers] for n in (6, 9, 12, 15, 17))
    return _first_telling(rounded, len(set(numbers)))


def _dates(seconds: list[float]) -> list[str]:
    """Show the time of day only where dates do not tell the ends apart."""
    times = np.array(seconds).astype("datetime64[s]")
    rounded = (times.astype(f"datetime64[{unit}]").astype(str) for unit in "Dms")
    return _first_telling(map(list, rounded), len(np.unique(times)))


def _first_telling(choices: Iterable[list[str]], num_different: int) -> list[str]:
    shown: list[str] = []
    for shown in choices:
        if len(set(shown)) == num_different:
            break
    return shown
