"""Numbers as waves of learned frequencies."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from sidelight.nn.encoders._base import PRECISE, Encoded, Encoder, EncoderConfig
from sidelight.nn.layers import PeriodicColumns
from sidelight.registry import ENCODERS


class PeriodicConfig(EncoderConfig):
    """Options of the periodic encoding.

    Attributes:
        frequencies: Waves per column.
        sigma: Spread of their initial frequencies, in turns per standard deviation of
            the column. Too large is worse than too small.
        units: Encoded width of a column.
    """

    frequencies: int = Field(default=48, ge=1)
    sigma: float = Field(default=0.01, gt=0)
    units: int = Field(default=24, ge=1)


@ENCODERS.register(
    "periodic",
    summary="waves of learned frequencies, then a linear layer with ReLU",
    paper="Gorishniy et al. 2022",
    capabilities={"numeric"},
)
class Periodic(Encoder):
    """`relu(W [cos 2 pi c x; sin 2 pi c x] + b)`, with c, W, b for each column."""

    Config = PeriodicConfig
    config: PeriodicConfig

    def encode(self, values: Any, name: str) -> Encoded:
        """Return the waves of all columns, from one layer."""
        config = self.config
        layer = PeriodicColumns(
            config.frequencies, config.sigma, config.units, dtype=PRECISE, name=name
        )
        return Encoded(layer(values), (config.units,) * len(self.columns))
