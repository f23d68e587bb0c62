"""Locations as they are: points on the unit sphere."""

from __future__ import annotations

from sidelight.nn.encoders._base import Encoder
from sidelight.registry import ENCODERS


@ENCODERS.register(
    "unit",
    summary="a point on the unit sphere: (x, y, z)",
    capabilities={"location"},
)
class Unit(Encoder):
    """`(cos lat cos lon, cos lat sin lon, sin lat)`: smooth, without a seam."""

    as_it_stands = True
