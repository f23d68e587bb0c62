"""Is a mean score, or a difference of two, more than luck of rows, seeds and folds?"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtr, stdtr, stdtridf, stdtrit

from sidelight.errors import InputError
from sidelight.evaluation._intervals import resampled_means

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclasses.dataclass(frozen=True)
class Interval:
    """A mean and how far off it may be.

    Attributes:
        mean: Over all rows, each the mean of its seeds.
        low: Lower end; minus infinity where all rows are one cluster.
        high: Upper end, likewise infinite.
        error: Standard error of the mean.
        dof: Degrees of freedom of the t whose quantile, times the error, is how far
            the interval reaches but for the skewness of the rows.
        covers: The luck that is inside: "rows", "rows and seeds", or
            "rows, seeds and folds".
    """

    mean: float
    low: float
    high: float
    error: float
    dof: float
    covers: str


def mean_interval(
    scores: Sequence[NDArray[np.floating[Any]]],
    clusters: Sequence[NDArray[Any]] | None = None,
    *,
    level: float = 0.95,
    num_resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """Return the mean of scores, and an interval for what it would be without luck.

    It serves for one method, and for the difference of two: give the scores of the one
    minus those of the other, on the same folds, seeds and rows.

    Two sources of luck cross, as in Cameron, Gelbach and Miller (2011, doi
    10.1198/jbes.2010.07136): clusters of rows, and trainings. Variances add, less what
    both contain. The trainings are the folds, whose spread has the luck of their seeds
    and rows in it, or the seeds where there is one fold. Since they are few, each of
    the two sources has its own quantile of t (Cochran 1964, doi 10.2307/2283093). The
    interval is never narrower than the bootstrap over clusters, which is all that one
    training allows.

    In simulations, intervals of 95 % held the truth in 94 to 97 % where five folds or
    seeds had as much luck as the rows or more. They err on the wide side: 98 % for five
    folds whose trainings have no luck of their own, up to 99 % for two or three folds
    or seeds. Two are too few: their interval is several times as wide as that of five.

    Args:
        scores: Of each fold `(seeds, rows of the fold)`; each fold has as many seeds.
        clusters: Of each fold `(rows of the fold,)`: the patient, place or other group
            of each row. Clusters of different folds are different ones, whatever they
            are called. Without, each row is its own.
        level: Wanted coverage.
        num_resamples: Number of resamples of the bootstrap over clusters.
        seed: Seed of the bootstrap.

    Raises:
        InputError: If there are no rows, shapes do not fit, or a score is not finite.
    """
    _check(scores, clusters)
    cells, sizes, folds = _cells(scores, clusters)
    sums, weights = cells.sum(axis=0), len(cells) * sizes
    mean = float(sums.sum() / weights.sum())
    covers = _covers(len(scores), len(cells))
    if len(sizes) == 1:
        return Interval(mean, -math.inf, math.inf, math.inf, 1.0, covers)

    residuals = (sums - mean * weights) / weights.sum()
    rows, row_dof = _variance_of_sum(residuals), len(sizes) - 1
    if len(scores) > 1:  # folds are made of clusters: all luck of rows is in them
        by_fold = np.bincount(folds, weights=residuals).astype(np.float64)
        trainings, shared = _variance_of_sum(by_fold), rows
        training_dof = len(scores) - 1
    else:
        trainings, shared = _seed_variance(cells, sizes)
        shared, training_dof = min(shared, rows), max(1, len(cells) - 1)

    tail = (1 - level) / 2
    row_quantile, training_quantile = -stdtrit([row_dof, training_dof], tail)
    beyond = max(0.0, training_quantile**2 * trainings - row_quantile**2 * shared)
    error, dof = math.sqrt(rows + max(0.0, trainings - shared)), float(row_dof)
    if beyond > 0:
        reach = math.sqrt(row_quantile**2 * rows + beyond)
        dof = float(stdtridf(tail, -reach / error))
    means = resampled_means(sums, weights, num_resamples, np.random.default_rng(seed))
    low, high = _bootstrap_ends(means, row_quantile, row_dof)
    return Interval(
        mean=mean,
        low=mean - math.hypot(mean - low, math.sqrt(beyond)),
        high=mean + math.hypot(high - mean, math.sqrt(beyond)),
        error=error,
        dof=dof,
        covers=covers,
    )


def p_value(interval: Interval) -> float:
    """Return the two-sided p-value of the mean's difference from zero, by t.

    Of two or three folds or seeds, very small ones promise too much: in simulations,
    up to 1 % were below 0.0025. It is 1 where the mean is zero, even without an error.
    """
    if interval.mean == 0:
        return 1.0
    if interval.error == 0:
        return 0.0
    return float(2 * stdtr(interval.dof, -abs(interval.mean) / interval.error))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted step by step for how many there are.

    With 95 % certainty, none of those that stay below 0.05 is luck (Holm 1979, Scand J
    Statist 6:65-70).

    Args:
        p_values: Of as many comparisons as were made, in any order.
    """
    adjusted = [1.0] * len(p_values)
    largest = 0.0
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = largest
    return adjusted


def detectable_difference(
    interval: Interval, *, power: float = 0.8, level: float = 0.95
) -> float:
    """Return the smallest true difference that such an experiment would find.

    It tells "no difference" from "too little data": the sum of two quantiles of t times
    the standard error (Bloom 1995, doi 10.1177/0193841X9501900504).

    Args:
        interval: Of a difference in the same experiment.
        power: Wanted probability of finding it.
        level: Coverage of the interval that must not hold zero.
    """
    quantiles = stdtrit(interval.dof, [power, (1 + level) / 2])
    return float(quantiles.sum() * interval.error)


def _check(
    scores: Sequence[NDArray[Any]], clusters: Sequence[NDArray[Any]] | None
) -> None:
    shapes = [np.shape(fold) for fold in scores]
    problem = ""
    if (
        not shapes
        or any(len(shape) != 2 or 0 in shape for shape in shapes)
        or len({shape[0] for shape in shapes}) > 1
    ):
        problem = f"scores must be (seeds, rows) for each fold, but are {shapes}"
    elif clusters is not None:
        given, wanted = [np.shape(fold) for fold in clusters], [s[1:] for s in shapes]
        if given != wanted:
            problem = f"clusters must be {wanted}, fold by fold, but are {given}"
    if not problem and not all(np.isfinite(fold).all() for fold in scores):
        problem = "some scores are not finite numbers"
    if problem:
        raise InputError(problem)


def _cells(
    scores: Sequence[NDArray[Any]], clusters: Sequence[NDArray[Any]] | None
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Return sums `(seeds, clusters)`, rows and fold `(clusters,)` of every cluster."""
    cells, sizes = [], []
    for fold, of_fold in enumerate(scores):
        names = np.arange(of_fold.shape[1]) if clusters is None else clusters[fold]
        _, cluster = np.unique(names, return_inverse=True)
        cells.append(np.stack([np.bincount(cluster, weights=row) for row in of_fold]))
        sizes.append(np.bincount(cluster))
    folds = np.repeat(np.arange(len(scores)), [len(size) for size in sizes])
    return np.concatenate(cells, axis=1), np.concatenate(sizes), folds


def _covers(num_folds: int, num_seeds: int) -> str:
    if num_folds > 1:
        return "rows, seeds and folds"
    return "rows and seeds" if num_seeds > 1 else "rows"


def _bootstrap_ends(
    means: NDArray[np.float64], quantile: float, dof: int
) -> tuple[float, float]:
    """Return the ends of resampled means, which know the skewness of the rows.

    They are read further out than the tail, since resampling has no correction for the
    number of clusters (Hesterberg 2015, doi 10.1080/00031305.2015.1089789).
    """
    share = ndtr(-quantile * math.sqrt(1 + 1 / dof))
    low, high = np.quantile(means, [share, 1 - share])
    return float(low), float(high)


def _variance_of_sum(parts: NDArray[np.float64]) -> float:
    """Return the variance of a sum of independent parts, which here sum to zero."""
    return float((parts**2).sum() * len(parts) / (len(parts) - 1))


def _seed_variance(
    cells: NDArray[np.float64], sizes: NDArray[np.int64]
) -> tuple[float, float]:
    """Return the variance of a mean by the spread of its seeds, and the rows' part.

    All seeds answer the same rows. So of the luck of rows, their spread has only what
    differs from seed to seed.
    """
    num_seeds = len(cells)
    if num_seeds == 1:
        return 0.0, 0.0
    scale = math.sqrt(num_seeds * (num_seeds - 1)) * sizes.sum()
    apart = (cells - cells.mean(axis=0)) / scale
    by_seed = apart.sum(axis=1, keepdims=True)
    residuals = apart - by_seed * sizes / sizes.sum()
    spread = float((by_seed**2).sum())
    return spread, sum(_variance_of_sum(of_seed) for of_seed in residuals)
