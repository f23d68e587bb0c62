"""Times with several periods."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from sidelight.nn.encoders._base import (
    PRECISE,
    Encoded,
    Encoder,
    EncoderConfig,
    value_positions,
)
from sidelight.nn.layers import AngleMultiples
from sidelight.registry import ENCODERS


class HarmonicsConfig(EncoderConfig):
    """Options of the harmonics.

    Attributes:
        multiples: Turns a year and a day go from 1 to so many.
    """

    multiples: int = Field(default=3, ge=1, le=12)


@ENCODERS.register(
    "harmonics",
    summary="several turns a year and a day: sines and cosines",
    capabilities={"datetime"},
)
class Harmonics(Encoder):
    """`sin(2 pi k t / P), cos(2 pi k t / P)` for k = 1, 2, ...: seasons within seasons.

    The circles of k > 1 follow from that of k = 1, which the preprocessor gives.
    """

    Config = HarmonicsConfig
    config: HarmonicsConfig

    def encode(self, values: Any, name: str) -> Encoded:
        """Return the circles of all columns, from one layer."""
        multiples = self.config.multiples
        layer = AngleMultiples(multiples, dtype=PRECISE, name=name)
        widths = tuple(multiples * len(value_positions(c)) for c in self.columns)
        return Encoded(layer(values), widths)
