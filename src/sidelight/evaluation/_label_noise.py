"""Rows whose label looks wrong to a model that has not learned from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SCHEMA = {
    "at": pl.Int64,
    "given": pl.String,
    "likely": pl.String,
    "probability_given": pl.Float64,
    "probability_likely": pl.Float64,
}


def find_label_noise(
    truth: NDArray[Any], probability: NDArray[Any], names: Sequence[str]
) -> pl.DataFrame:
    """Return the rows whose label looks wrong, the most suspicious first.

    Confident learning (Northcutt, Jiang and Chuang 2021, doi 10.1613/jair.1.12125): a
    row counts as class `k` if `p_k` is at least the mean `p_k` of the rows labelled
    `k`, so that a class about which the model is never sure is not held against its
    rows. A row is suspicious if the likeliest class that it counts as is not its label.
    Departs from the paper: that class must also be likelier than the label. Rows are in
    order of `p_label - p_likely`. Each label of a set is judged by itself, as there or
    not.

    Probabilities have to be those of rows the model has not learned from; on its
    training rows it repeats their mistakes.

    Args:
        truth: `(rows,)` class indices, or `(rows, labels)` of 0 and 1.
        probability: `(rows, classes)` or `(rows, labels)`.
        names: Names of classes or labels in fitted order.

    Returns:
        One line for each suspicious row (or row and label): `at` (its position),
        `given`, `likely` (of labels "x" and "not x"), `probability_given`,
        `probability_likely`.
    """
    if truth.ndim == 1:
        found = [_suspicious(truth.astype(np.int64), probability, list(names))]
    else:
        found = [
            _suspicious(
                truth[:, i].astype(np.int64),
                np.stack([1 - probability[:, i], probability[:, i]], axis=1),
                [f"not {name}", name],
            )
            for i, name in enumerate(names)
        ]
    margin = pl.col("probability_given") - pl.col("probability_likely")
    return pl.concat(found).sort(margin, "at")


def _suspicious(
    truth: NDArray[np.int64], probability: NDArray[Any], names: list[str]
) -> pl.DataFrame:
    figures = probability.astype(np.float64)
    counts = np.bincount(truth, minlength=len(names))
    own = figures[np.arange(len(truth)), truth]
    sums = np.bincount(truth, weights=own, minlength=len(names))
    # A class without rows has no mean to reach: nothing is taken for it.
    least = np.where(counts, sums / np.maximum(counts, 1), np.inf)
    confident = np.where(figures >= least, figures, -1.0)
    likely = confident.argmax(axis=1)
    best = confident.max(axis=1)
    at = np.flatnonzero((best >= 0) & (likely != truth) & (best > own))
    place = np.array(names, dtype=object)
    return pl.DataFrame(
        {
            "at": at,
            "given": place[truth[at]].tolist(),
            "likely": place[likely[at]].tolist(),
            "probability_given": own[at],
            "probability_likely": best[at],
        },
        schema=SCHEMA,
    )
