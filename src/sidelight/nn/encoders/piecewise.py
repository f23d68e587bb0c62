"""Numbers as their way through bins of equally many training rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from sidelight.errors import ConfigError
from sidelight.nn.encoders._base import PRECISE, Encoded, Encoder, EncoderConfig
from sidelight.nn.layers import PiecewiseBins
from sidelight.registry import ENCODERS
from sidelight.schema import Feature


class PiecewiseConfig(EncoderConfig):
    """Options of the piecewise linear encoding.

    Attributes:
        bins: Most bins a column gets; the preprocessor keeps the edges of 48.
    """

    bins: int = Field(default=16, ge=1, le=48)


@ENCODERS.register(
    "piecewise",
    summary="piecewise linear: how far x is through each bin of training quantiles",
    paper="Gorishniy et al. 2022",
    capabilities={"numeric"},
)
class Piecewise(Encoder):
    """1 in the bins below x, its share of the bin it is in, 0 in the bins above."""

    Config = PiecewiseConfig
    config: PiecewiseConfig

    def encode(self, values: Any, name: str) -> Encoded:
        """Return the bins of all columns, from one layer."""
        edges = [_edges(column, self.config.bins) for column in self.columns]
        layer = PiecewiseBins(edges, dtype=PRECISE, name=name)
        return Encoded(layer(values), tuple(layer.widths))


def _edges(column: Feature, bins: int) -> list[float]:
    """Return the edges of at most so many bins, evenly picked from those fitted."""
    if len(column.bins) < 2:
        problem = "encoder 'piecewise' needs bins, and none were fitted"
        fix = "Take the column from a fitted Preprocessor, or choose another encoder."
        raise ConfigError(problem, column=column.name, fix=fix)
    last = len(column.bins) - 1
    picked = np.linspace(0, last, min(bins, last) + 1).round().astype(int)
    return [column.bins[i] for i in picked]
