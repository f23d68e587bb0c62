"""Numbers: shifted and scaled to about one, with gaps filled and marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import polars as pl

from sidelight.preprocessing.columns._base import Fitted, cells_of, require_values
from sidelight.registry import KINDS
from sidelight.schema import Column, Missing

if TYPE_CHECKING:
    from numpy.typing import NDArray

# A value far outside the training range would dominate every layer behind it.
LIMIT = 10.0
# No cell divided by it overflows: tables hold nothing beyond float32.
SMALLEST_UNIT = 1e-250
# Bins of the piecewise linear encoding: most that are kept.
NUM_BINS = 48
# Their edges are found in a sample of so many rows: a million sorted floats take longer
# than all the rest, and the rank of an edge is off by a fifth of a percent only.
NUM_SAMPLED = 50_000


@KINDS.register("numeric", summary="numbers: standard, robust or log scaling")
class Numeric(Fitted):
    """`clip((g(x) - center) / spread, -10, 10)`, g the identity or a signed logarithm.

    Attributes:
        center: Mean (standard, log) or median (robust) of the training values.
        spread: Standard deviation, or interquartile range.
        log_unit: For log, `g(x) = sign(x) log(1 + |x| / log_unit)`: the median of |x|.
        fill: Value put where a cell is missing.
        low: Smallest training value.
        high: Largest training value.
        edges: Quantiles of the scaled training values, without repetitions.
    """

    policies: ClassVar[tuple[Missing, ...]] = (
        "auto",
        "mean",
        "median",
        "most_frequent",
        "drop",
        "error",
    )

    center: float
    spread: float
    log_unit: float
    fill: float
    low: float
    high: float
    edges: tuple[float, ...] = ()  # runs of version 0.1.0 have none

    @classmethod
    def fit(cls, column: Column, frame: pl.DataFrame) -> Self:
        """Learn center, spread and filling from the values that are there."""
        cells = cells_of(frame, column.sources[0]).cast(pl.Float64)
        missing = cells.null_count()
        require_values(column, frame, missing)
        values = cells.drop_nulls()
        log_unit = 1.0
        scaled = values
        if column.scale == "log":
            log_unit = max(_quantile(values.abs(), 0.5) or 1.0, SMALLEST_UNIT)
            scaled = pl.Series(_logarithm(values.to_numpy(), log_unit))
        center, spread = _center_and_spread(scaled, robust=column.scale == "robust")
        return cls(
            column=column,
            missing=missing,
            center=center,
            spread=spread,
            log_unit=log_unit,
            fill=_filling(values, column.missing),
            low=_quantile(values, 0.0),
            high=_quantile(values, 1.0),
            edges=_bin_edges((scaled.to_numpy() - center) / spread),
        )

    @property
    def bins(self) -> tuple[float, ...]:
        """Edges of bins with about equally many training rows."""
        return self.edges

    @property
    def width(self) -> int:
        """One, or two with the indicator."""
        return 1 + self.has_indicator

    def encode(self, frame: pl.DataFrame, out: NDArray[Any]) -> None:
        """Write the scaled values, and the indicator if there is one."""
        cells = cells_of(frame, self.column.sources[0]).cast(pl.Float64)
        gaps = cells.null_count() > 0
        values = (cells.fill_null(self.fill) if gaps else cells).to_numpy()
        if self.column.scale == "log":
            values = _logarithm(values, self.log_unit)
        first = out[:, 0]
        np.subtract(values, self.center, out=first, casting="unsafe")
        np.multiply(first, 1.0 / self.spread, out=first, casting="unsafe")
        np.clip(first, -LIMIT, LIMIT, out=first)
        if self.has_indicator:
            out[:, 1] = cells.is_null().to_numpy() if gaps else 0

    def describe(self) -> str:
        """Say how it is scaled and what fills a gap."""
        what = {
            "standard": f"minus mean {self.center:.6g}, over std {self.spread:.6g}",
            "robust": f"minus median {self.center:.6g}, over IQR {self.spread:.6g}",
            "log": f"logarithm in units of {self.log_unit:.6g}, then standard",
        }[self.column.scale]
        fill = f"; gaps filled with {self.fill:.6g}" if self.missing else ""
        return what + fill + self._indicator_in_words()

    def unusual(self, frame: pl.DataFrame) -> dict[str, NDArray[np.bool_]]:
        """Return the rows outside the training range."""
        cells = cells_of(frame, self.column.sources[0])
        outside = ((cells < self.low) | (cells > self.high)).fill_null(value=False)
        return {f"outside {self.low:.6g} to {self.high:.6g}": outside.to_numpy()}


def _logarithm(values: NDArray[Any], unit: float) -> NDArray[np.float64]:
    return np.asarray(np.sign(values) * np.log1p(np.abs(values) / unit))


def _quantile(values: pl.Series, share: float) -> float:
    # Five times as fast as NumPy's, as long as there are no nulls.
    return float(values.quantile(share, "linear") or 0.0)


def _bin_edges(scaled: NDArray[np.float64]) -> tuple[float, ...]:
    if len(scaled) > NUM_SAMPLED:
        drawn = np.random.default_rng(0).integers(0, len(scaled), NUM_SAMPLED)
        scaled = np.append(scaled[drawn], [scaled.min(), scaled.max()])
    ordered = np.sort(scaled)
    positions = np.linspace(0, len(ordered) - 1, NUM_BINS + 1)
    below = positions.astype(np.int64)
    above = np.minimum(below + 1, len(ordered) - 1)
    quantiles = ordered[below]
    quantiles += (positions - below) * (ordered[above] - quantiles)
    # As the network gets the values: clipped, and in float32.
    distinct = np.unique(np.clip(quantiles, -LIMIT, LIMIT).astype(np.float32))
    edges = distinct.tolist()
    # A column that is constant in training still has a bin; nothing moves in it.
    return tuple(edges) if len(edges) > 1 else (edges[0], edges[0] + 1.0)


def _center_and_spread(values: pl.Series, *, robust: bool) -> tuple[float, float]:
    numbers = values.to_numpy()
    center, spread = float(numbers.mean()), float(numbers.std())
    if robust:
        low, center, high = (_quantile(values, q) for q in (0.25, 0.5, 0.75))
        spread = high - low if high > low else spread
    # A column that is constant in training carries nothing; it must not explode later.
    # Its own size decides, not its unit: radiances of 1e-7 are no constant.
    return center, spread if spread > max(1e-9 * abs(center), 1e-30) else 1.0


def _filling(values: pl.Series, missing: str) -> float:
    numbers = values.to_numpy()
    if missing == "mean":
        return float(numbers.mean())
    if missing == "most_frequent":
        distinct, counts = np.unique(numbers, return_counts=True)
        return float(distinct[counts.argmax()])
    return _quantile(values, 0.5)
