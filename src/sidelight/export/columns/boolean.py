"""Yes or no, as 1 and 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from sidelight.export.columns._base import RawNumbers
from sidelight.registry import GRAPHS

if TYPE_CHECKING:
    from sidelight.export._graph import Graph


@GRAPHS.register("boolean", summary="float64, 1 for yes, 0 for no, NaN where missing")
class RawBoolean(RawNumbers):
    """Yes or no."""

    def cells(self, num_rows: int, rng: np.random.Generator) -> dict[str, pl.Series]:
        """Return both."""
        return {self.fitted.column.sources[0]: pl.Series(rng.random(num_rows) < 0.5)}

    def encode(self, graph: Graph, sources: list[str]) -> str:
        """Add plus or minus one, 0 where missing."""
        gap = self.absent(graph, sources)
        two, one = (graph.constant(value, np.float64) for value in (2, 1))
        signs = graph.add("Sub", graph.add("Mul", sources[0], two), one)
        filled = graph.add("Where", gap, graph.constant(0, np.float64), signs)
        values = graph.column(graph.cast(filled, np.float32))
        return self.with_indicator(graph, values, gap)
