"""Locations as waves of several lengths."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field, model_validator

from sidelight.nn.encoders._base import PRECISE, Encoder, EncoderConfig
from sidelight.nn.layers import LocationGrid, WherePresent
from sidelight.nn.layers.location_grid import geometric_periods
from sidelight.registry import ENCODERS
from sidelight.schema import Feature


class GridConfig(EncoderConfig):
    """Options of the grid.

    Attributes:
        scales: How many wavelengths there are, each the same factor longer.
        smallest_deg: Shortest wavelength in degrees; half of it is the finest detail.
        largest_deg: Longest wavelength in degrees.
    """

    scales: int = Field(default=8, ge=2)
    smallest_deg: float = Field(default=10.0, ge=0.01)
    largest_deg: float = Field(default=360.0, le=720)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.smallest_deg >= self.largest_deg:
            problem = "smallest_deg has to be below largest_deg"
            raise ValueError(problem)
        return self


@ENCODERS.register(
    "grid",
    summary="sines and cosines of longitude and latitude at several scales",
    paper="Mai et al. 2020",
    capabilities={"location"},
)
class Grid(Encoder):
    """`sin, cos(lon / a_s)` and `sin, cos(lat / a_s)` for scales a_s.

    Longitude has a seam at 180 degrees wherever a wave does not fit the circle.
    """

    Config = GridConfig
    config: GridConfig

    def encode_column(self, column: Feature, values: Any, name: str) -> Any:
        """Return the waves; zeros where the location is missing."""
        del column
        config = self.config
        periods = geometric_periods(
            config.smallest_deg, config.largest_deg, config.scales
        )
        waves = LocationGrid(periods, dtype=PRECISE, name=f"{name}_waves")(values)
        return WherePresent(dtype=PRECISE, name=name)(waves, values)
