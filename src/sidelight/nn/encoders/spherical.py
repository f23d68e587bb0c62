"""Locations as spherical harmonics, read by a small network of sines."""

from __future__ import annotations

from typing import Any

import keras
from pydantic import Field

from sidelight.nn.encoders._base import PRECISE, Encoder, EncoderConfig
from sidelight.nn.layers import SineDense, SphericalHarmonics, WherePresent
from sidelight.registry import ENCODERS
from sidelight.schema import Feature


class SphericalConfig(EncoderConfig):
    """Options of the spherical encoding.

    Attributes:
        degrees: Degrees of the harmonics, from 0 on; the finest detail is about
            `180 / degrees` degrees wide.
        units: Width of a sine layer.
        layers: How many sine layers there are.
        features: Encoded width.
    """

    degrees: int = Field(default=10, ge=1, le=40)
    units: int = Field(default=64, ge=1)
    layers: int = Field(default=2, ge=1)
    features: int = Field(default=32, ge=1)


@ENCODERS.register(
    "spherical",
    summary="spherical harmonics and a small network of sines",
    paper="Russwurm et al. 2024",
    capabilities={"location"},
)
class Spherical(Encoder):
    """`W sin(... sin(30 (W Y_lm + b)))`: no seam and no poles, at any resolution."""

    Config = SphericalConfig
    config: SphericalConfig

    def encode_column(self, column: Feature, values: Any, name: str) -> Any:
        """Return the learned features; zeros where the location is missing."""
        del column
        x = SphericalHarmonics(
            self.config.degrees, dtype=PRECISE, name=f"{name}_harmonics"
        )(values)
        for i in range(self.config.layers):
            # A large factor in the first layer only, as in the paper's own code.
            omega = 30.0 if i == 0 else 1.0
            x = SineDense(
                self.config.units,
                omega=omega,
                first=i == 0,
                dtype=PRECISE,
                name=f"{name}_sine_{i}",
            )(x)
        x = keras.layers.Dense(
            self.config.features, dtype=PRECISE, name=f"{name}_features"
        )(x)
        return WherePresent(dtype=PRECISE, name=name)(x, values)
