"""Times as they are: a point on each circle."""

from __future__ import annotations

from sidelight.nn.encoders._base import Encoder
from sidelight.registry import ENCODERS


@ENCODERS.register(
    "cyclical",
    summary="one turn a year and a day: sine and cosine",
    capabilities={"datetime"},
)
class Cyclical(Encoder):
    """Sine and cosine of the day of year and of the hour, as the preprocessor gives."""

    as_it_stands = True
