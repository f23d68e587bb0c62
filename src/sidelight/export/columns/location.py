"""Latitude and longitude in degrees, as a point on the unit sphere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from sidelight.export.columns._base import RawNumbers
from sidelight.registry import GRAPHS

if TYPE_CHECKING:
    from sidelight.export._graph import Graph


@GRAPHS.register("location", summary="float64 degrees, NaN where missing")
class RawLocation(RawNumbers):
    """A place on Earth."""

    def cells(self, num_rows: int, rng: np.random.Generator) -> dict[str, pl.Series]:
        """Return places everywhere, poles and the date line among them."""
        degrees = {}
        for source, limit in zip(self.fitted.column.sources, (90, 180), strict=True):
            values = rng.uniform(-limit, limit, num_rows)
            ends = rng.random(num_rows) < 0.1
            values[ends] = rng.choice([-limit, 0, limit], ends.sum())
            degrees[source] = pl.Series(values)
        return degrees

    def encode(self, graph: Graph, sources: list[str]) -> str:
        """Add the three figures of the unit vector, zeros where it is missing."""
        gap = self.absent(graph, sources)
        zero = graph.constant(0, np.float64)
        factor = graph.constant(np.pi / 180, np.float64)
        latitude, longitude = (
            graph.cast(
                graph.add("Mul", graph.add("Where", gap, zero, source), factor),
                np.float32,
            )
            for source in sources
        )
        radius = graph.add("Cos", latitude)
        parts = [
            graph.add("Mul", radius, graph.add("Cos", longitude)),
            graph.add("Mul", radius, graph.add("Sin", longitude)),
            graph.add("Sin", latitude),
        ]
        vector = graph.side_by_side([graph.column(part) for part in parts])
        nothing = graph.constant(0, np.float32)
        values = graph.add("Where", graph.column(gap), nothing, vector)
        return self.with_indicator(graph, values, gap)
