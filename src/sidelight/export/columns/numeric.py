"""Numbers: gaps filled, logarithm, shift, scale and limits in float64."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sidelight.export.columns._base import RawNumbers
from sidelight.preprocessing.columns.numeric import LIMIT
from sidelight.registry import GRAPHS

if TYPE_CHECKING:
    from sidelight.export._graph import Graph

EXTREMES = (0.0, -1e30, 1e30, 1e-30, -1.0, 1.0)


@GRAPHS.register("numeric", summary="float64, NaN where missing")
class RawNumeric(RawNumbers):
    """A number."""

    def cells(self, num_rows: int, rng: np.random.Generator) -> dict[str, pl.Series]:
        """Return numbers of the training range, beyond it, and at the ends of all."""
        low, high = self.fitted.low, self.fitted.high
        spread = max(high - low, 1e-30)
        values = rng.uniform(low - spread / 4, high + spread / 4, num_rows)
        strange = rng.random(num_rows) < len(EXTREMES) / 30
        values[strange] = rng.choice(EXTREMES, strange.sum())
        return {self.fitted.column.sources[0]: pl.Series(values)}

    def encode(self, graph: Graph, sources: list[str]) -> str:
        """Add the arithmetic of `Numeric.encode`, in its order and precisions."""
        fitted = self.fitted
        gap = self.absent(graph, sources)
        fill = graph.constant(fitted.fill, np.float64)
        values = graph.add("Where", gap, fill, sources[0])
        if fitted.column.scale == "log":
            values = _logarithm(graph, values, fitted.log_unit)
        center = graph.constant(fitted.center, np.float64)
        shifted = graph.cast(graph.add("Sub", values, center), np.float32)
        factor = graph.constant(1.0 / fitted.spread, np.float32)
        scaled = graph.add("Mul", shifted, factor)
        limits = [graph.constant(end, np.float32) for end in (-LIMIT, LIMIT)]
        clipped = graph.column(graph.add("Clip", scaled, *limits))
        return self.with_indicator(graph, clipped, gap)

    def seen(self) -> dict[str, Any]:
        """Return the training range, and what fills a gap."""
        fitted = self.fitted
        return {"low": fitted.low, "high": fitted.high, "fill": fitted.fill}


def _logarithm(graph: Graph, values: str, unit: float) -> str:
    size = graph.add("Div", graph.add("Abs", values), graph.constant(unit, np.float64))
    grown = graph.add("Add", size, graph.constant(1.0, np.float64))
    return graph.add("Mul", graph.add("Sign", values), graph.add("Log", grown))
