"""The answers of image only and of the best fusion, row by row of the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sidelight.experiments.compare._arms import IMAGE_ONLY
from sidelight.experiments.compare._scores import Scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_CLASSES = 100  # whose probabilities are all kept
SIDES = ("image_only", "fusion")


def answers_by_row(scores: Scores, fusion: str) -> pl.DataFrame:
    """Return one row for each row of the table, in its order.

    Args:
        scores: Of a comparison.
        fusion: The fusion beside image only.

    Returns:
        `row` (its number in the source), `picture` (its path), `part` (of the first
        fold), `fold` (in which it is a test row; null if in none that was run) and
        `truth`. Then for "image_only" and "fusion", means over seeds: `NAME` (the
        answer), and for classes `NAME_confidence` (the answer's probability),
        `NAME_of_truth` (the true class's) and, up to 100 classes, `NAME_probability`
        (all of them, in fitted order). For labels the first two are means over labels.
    """
    first = scores.folds[0]
    table, classes = first.table, first.preprocessor.classes
    blocks = scores.blocks(IMAGE_ONLY, fusion)
    fold = np.full(len(table), -1)
    for number in blocks:
        fold[scores.folds[number].split.indices("test")] = number
    columns: dict[str, Any] = {
        "row": table.rows,
        "picture": table.images.texts if table.images else [None] * len(table),
        "part": first.split.to_frame(table)["part"],
        "fold": pl.Series(fold).replace(-1, None),
        "truth": table.target().cast(pl.String if classes else pl.Float64),
    }
    asked = fold >= 0
    for side, arm in zip(SIDES, (IMAGE_ONLY, fusion), strict=True):
        figures = mean_figures(scores, arm)
        columns |= _classes_of(side, figures, scores, asked) if classes else {}
        if not classes:
            columns[side] = _where(asked, figures)
    return pl.DataFrame(columns)


def mean_figures(scores: Scores, arm: str) -> NDArray[np.float64]:
    """Return an arm's answers to test rows, means over seeds.

    Returns:
        `(rows, classes)` probabilities or `(rows,)` numbers for every row of the
        table; NaN where no fold that was run has it among its test rows.
    """
    num_rows = len(scores.folds[0].table)
    found: NDArray[np.float64] | None = None
    for fold, seeds in scores.blocks(arm).items():
        units = [scores.units.finished[arm, fold, seed] for seed in seeds]
        mean = np.mean([unit.figures["test"] for unit in units], axis=0)
        if found is None:
            found = np.full((num_rows, *mean.shape[1:]), np.nan)
        found[scores.folds[fold].split.indices("test")] = mean
    return np.full(num_rows, np.nan) if found is None else found


def _classes_of(
    side: str, figures: NDArray[np.float64], scores: Scores, asked: NDArray[np.bool_]
) -> dict[str, Any]:
    first = scores.folds[0]
    classes = first.preprocessor.classes
    truth = first.preprocessor.encode_target(first.table)
    known = np.where(asked[:, None], figures, 0.0)
    answer = first.predictor(None).named(known)
    if truth.ndim == 2:  # of every label that it is there, or not
        confidence = np.maximum(known, 1 - known).mean(axis=1)
        of_truth = np.where(truth > 0, known, 1 - known).mean(axis=1)
    else:
        confidence = known.max(axis=1)
        of_truth = known[np.arange(len(truth)), truth]
    columns: dict[str, Any] = {
        side: _where(asked, answer.tolist(), pl.String),
        f"{side}_confidence": _where(asked, confidence),
        f"{side}_of_truth": _where(asked, of_truth),
    }
    if len(classes) <= MOST_CLASSES:
        kind = pl.Array(pl.Float32, len(classes))
        columns[f"{side}_probability"] = _where(asked, known.astype(np.float32), kind)
    return columns


def _where(asked: NDArray[np.bool_], values: Any, kind: Any = None) -> pl.Series:
    """Return a column that is null where no answer was asked for."""
    column = pl.Series(values, dtype=kind)
    return pl.select(pl.when(pl.Series(asked)).then(column)).to_series()
