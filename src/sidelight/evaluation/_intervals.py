"""How sure a score is: bootstrap over rows, or over whole groups of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
    sums = np.bincount(cluster, weights=values)
    sizes = np.bincount(cluster)
    # How often each cluster is drawn is all that matters for a mean.
    share = np.full(len(sums), 1 / len(sums))
    drawn = rng.multinomial(len(sums), share, size=num_resamples)
    means = drawn @ sums / (drawn @ sizes)
    tail = (1 - level) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)
