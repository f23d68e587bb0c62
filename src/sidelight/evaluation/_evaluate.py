"""The scores that suit a task, for all rows and for groups of them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sidelight.evaluation._classification import classification_metrics
from sidelight.evaluation._regression import regression_metrics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# A score of fewer rows than this says little; it is shown and marked.
FEW_ROWS = 30
MAX_GROUPS = 50


def evaluate(
    truth: NDArray[Any],
    figures: NDArray[Any],
    classes: Sequence[str],
    *,
    threshold: float | None = None,
) -> dict[str, Any]:
    """Score answers: probabilities if there are classes, numbers otherwise.

    Args:
        truth: `(rows,)` class indices, or numbers.
        figures: `(rows, classes)` probabilities, or `(rows,)` numbers.
        classes: Class names in fitted order; empty for a regression.
        threshold: Operating threshold of a binary task.
    """
    if classes:
        return classification_metrics(truth, figures, classes, threshold=threshold)
    return regression_metrics(truth, figures)


def subgroup_metrics(
    truth: NDArray[Any],
    figures: NDArray[Any],
    column: pl.Series,
    classes: Sequence[str],
    *,
    threshold: float | None = None,
) -> dict[str, dict[str, Any]]:
    """Return the same scores for the rows of each value of a column.

    Args:
        truth: As for `evaluate`.
        figures: As for `evaluate`.
        column: `(rows,)`; numbers and times with more than 10 different values are
            put into quarters, missing cells are a group of their own.
        classes: Class names in fitted order.
        threshold: Operating threshold of a binary task.

    Returns:
        Scores by value; "small" marks those of fewer than 30 rows. The 50 largest
        groups are given.
    """
    names = _groups(column)
    values, counts = np.unique(names, return_counts=True)
    largest = values[np.argsort(-counts, kind="stable")][:MAX_GROUPS]
    scores = {}
    for value in sorted(largest):
        rows = names == value
        scores[str(value)] = {
            **evaluate(truth[rows], figures[rows], classes, threshold=threshold),
            "small": int(rows.sum()) < FEW_ROWS,
        }
    return scores


def _groups(column: pl.Series) -> NDArray[np.str_]:
    is_time = column.dtype in (pl.Date, pl.Datetime)
    numbers = column.dt.epoch("s") if is_time else column
    if not numbers.dtype.is_numeric():
        numbers = numbers.cast(pl.Float64, strict=False)
    all_numbers = numbers.null_count() == column.null_count()
    if all_numbers and numbers.n_unique() > 10:
        ends = [numbers.quantile(q) or 0.0 for q in (0, 0.25, 0.5, 0.75, 1)]
        filled = numbers.fill_null(0).to_numpy()
        quarter = np.digitize(filled, ends[1:-1], right=True)
        shown = [_date(end) if is_time else f"{end:.6g}" for end in ends]
        labels = np.array(
            [f"{low} to {high}" for low, high in itertools.pairwise(shown)]
        )
        return np.where(numbers.is_null().to_numpy(), "missing", labels[quarter])
    return column.cast(pl.String).fill_null("missing").to_numpy().astype(str)


def _date(seconds: float) -> str:
    return str(np.datetime64(int(seconds), "s").astype("datetime64[D]"))
