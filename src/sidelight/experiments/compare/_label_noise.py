"""Labels that look wrong to the best fusion, by answers to rows it has not seen."""

from __future__ import annotations

import numpy as np
import polars as pl

from sidelight.evaluation import find_label_noise
from sidelight.experiments.compare._by_row import mean_figures
from sidelight.experiments.compare._scores import Scores


def label_noise_of(scores: Scores, fusion: str) -> pl.DataFrame | None:
    """Return the suspicious rows among those that were test rows of some fold.

    Args:
        scores: Of a comparison; with several folds they cover the whole table.
        fusion: The arm that judges, by the mean of its seeds.

    Returns:
        As `evaluation.find_label_noise`, with `row` and the picture's column in place
        of the position; None for numbers.
    """
    first = scores.folds[0]
    predictor = first.predictor(None)
    if not predictor.classes:
        return None
    figures = mean_figures(scores, fusion)
    asked = np.flatnonzero(np.isfinite(figures).all(axis=1))
    truth = first.preprocessor.truth(first.table)[asked]
    found = find_label_noise(truth, figures[asked], predictor.classes)
    rows = predictor.rows(first.table.at(asked))[found["at"]]
    return pl.concat([rows, found.drop("at")], how="horizontal")
