"""How sure a score is: bootstrap over rows, or over whole groups of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CELLS_AT_ONCE = 4_000_000
BINOMIAL_COST = 10  # times the cost of drawing one index


def bootstrap_interval(
    values: NDArray[np.floating[Any]],
    *,
    clusters: NDArray[Any] | None = None,
    num_resamples: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> tuple[float, float]:
    """Return a percentile-bootstrap interval of the mean of per-row values.

    Args:
        values: `(rows,)`, such as 1 where an answer was right and 0 elsewhere.
        clusters: `(rows,)` group of each row; groups are drawn whole, since rows of one
            patient or one block are not independent.
        num_resamples: Number of resamples.
        level: Wanted coverage.
        seed: Seed of the resampling.

    Returns:
        Lower and upper end.
    """
    rng = np.random.default_rng(seed)
    if clusters is None:
        clusters = np.arange(len(values))
    _, cluster = np.unique(clusters, return_inverse=True)
    sums = np.bincount(cluster, weights=values).astype(np.float64)
    sizes = np.bincount(cluster)
    means = resampled_means(sums, sizes, num_resamples, rng)
    tail = (1 - level) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)


def resampled_means(
    sums: NDArray[np.float64],
    sizes: NDArray[np.int64],
    num_resamples: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return the means of resamples of whole clusters.

    Args:
        sums: `(clusters,)` sum of the values of each cluster.
        sizes: `(clusters,)` number of values of each cluster.
        num_resamples: Number of resamples.
        rng: Draws the clusters.

    Returns:
        `(num_resamples,)`.
    """
    # How often each cluster is drawn is all that matters for a mean, and of clusters
    # alike in sum and size only how often any of them is. Right and wrong answers
    # have two sorts of rows, however many rows there are. Where most are unlike, as
    # errors of numbers are, drawing them one by one is several times as fast.
    sorts, counts = np.unique(
        np.stack([sums, sizes], axis=1), axis=0, return_counts=True
    )
    num_clusters = len(sums)
    means = np.empty(num_resamples)
    unlike = len(sorts) * BINOMIAL_COST > num_clusters
    each = np.repeat(np.arange(len(sorts)), counts)
    step = max(1, CELLS_AT_ONCE // (num_clusters if unlike else len(sorts)))
    for start in range(0, num_resamples, step):
        part = means[start : start + step]
        if unlike:
            drawn = each[rng.integers(num_clusters, size=(len(part), num_clusters))]
            totals = np.stack([sums[drawn] for sums in sorts.T]).sum(axis=2)
        else:
            times = rng.multinomial(num_clusters, counts / num_clusters, len(part))
            totals = (times @ sorts).T
        part[:] = totals[0] / totals[1]
    return means
