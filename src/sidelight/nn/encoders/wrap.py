"""Locations as two circles."""

from __future__ import annotations

from typing import Any

from sidelight.nn.encoders._base import PRECISE, Encoder
from sidelight.nn.layers import WherePresent, WrappedAngles
from sidelight.registry import ENCODERS
from sidelight.schema import Feature


@ENCODERS.register(
    "wrap",
    summary="sine and cosine of longitude and of latitude",
    paper="Mac Aodha et al. 2019",
    capabilities={"location"},
)
class Wrap(Encoder):
    """`(sin lon, cos lon, sin lat, cos lat)`; longitude keeps its weight at the poles.

    In the variant in which latitude makes half a turn, so that the poles differ.
    """

    def encode_column(self, column: Feature, values: Any, name: str) -> Any:
        """Return the sines and cosines; zeros where the location is missing."""
        del column
        angles = WrappedAngles(dtype=PRECISE, name=f"{name}_angles")(values)
        return WherePresent(dtype=PRECISE, name=name)(angles, values)
