"""Single numbers absurdly far from all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sidelight.audit._context import Context, counted, verb
from sidelight.audit._finding import Finding
from sidelight.registry import CHECKS

if TYPE_CHECKING:
    from numpy.typing import NDArray

FAR = 20.0  # robust standard deviations
FAR_IN_LOG = 10.0
MOST = 0.01  # of the rows; more are a tail, not slips
FEWEST = 30
TO_SIGMA = 1.4826  # of the median distance from the median, of a normal distribution


@CHECKS.register(
    "outliers",
    summary="numbers beyond 20 robust standard deviations, heavy tails allowed for",
    capabilities={"table"},
)
def find(context: Context) -> list[Finding]:
    """Say which numbers are too far away to be true."""
    found = []
    for name, values in context.numbers().items():
        known = values[~np.isnan(values)]
        if context.kinds[name] != "numeric" or len(known) < FEWEST:
            continue
        far = _far(values, known, FAR)
        if known.min() >= 0:  # amounts often have a tail that is none in powers of ten
            far &= _far(np.log1p(values), np.log1p(known), FAR_IN_LOG)
        number = int(far.sum())
        if not 0 < number <= max(3, MOST * len(known)):
            continue
        low, high = np.quantile(known, (0.05, 0.95))
        found.append(
            context.finding(
                "outliers",
                "warning",
                f"{counted(number, 'number')} of column {name!r} "
                f"{verb(number, 'is', 'are')} far from all others, 90 % of which lie "
                f"between {low:.4g} and {high:.4g}.",
                column=name,
                where=far,
                fix="Correct slips or leave the cells empty; if they are right, scale "
                "the column robustly (scale: robust in a schema file).",
            )
        )
    return found


def _far(
    values: NDArray[np.float64], known: NDArray[np.float64], sigmas: float
) -> NDArray[np.bool_]:
    middle = np.median(known)
    spread = TO_SIGMA * float(np.median(np.abs(known - middle)))
    if spread == 0:  # most rows are alike: nothing to measure by
        return np.zeros(len(values), bool)
    return np.abs(values - middle) > sigmas * spread
