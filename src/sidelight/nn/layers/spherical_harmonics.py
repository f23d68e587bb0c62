"""Real spherical harmonics of points on the unit sphere."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

from sidelight.nn.layers._sphere import split_point


@keras.saving.register_keras_serializable(package="sidelight")
class SphericalHarmonics(keras.layers.Layer):
    """`Y_lm(x, y, z)` for l < degrees: orthonormal waves of the whole sphere.

    By the three-term recurrence of the normalised Legendre functions, with the factor
    `cos(lat)^m` moved to `cos(m lon)`: together they are the real part of
    `(x + i y)^m`. So every harmonic is a polynomial in x, y, z, smooth at the poles.
    The sum of their squares is `degrees^2 / (4 pi)` at every point.

    Args:
        degrees: How many degrees l there are, from 0 on.

    Input shape:
        `(batch, 3)`

    Output shape:
        `(batch, degrees ** 2)`: l = 0, 1, ..., and m = -l, ..., l within each
    """

    def __init__(self, degrees: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.degrees = degrees

    def call(self, xyz: Any) -> Any:
        """Return the harmonics."""
        x, y, z = split_point(xyz)
        harmonics: dict[tuple[int, int], Any] = {}
        real, imaginary = ops.ones_like(x), ops.zeros_like(x)  # of (x + i y)^m
        start = math.sqrt(1 / (4 * math.pi))
        for m in range(self.degrees):
            for degree, legendre in enumerate(self._legendre(m, start, z), start=m):
                if m == 0:
                    harmonics[degree, 0] = legendre
                else:
                    harmonics[degree, m] = math.sqrt(2) * legendre * real
                    harmonics[degree, -m] = math.sqrt(2) * legendre * imaginary
            start *= math.sqrt((2 * m + 3) / (2 * m + 2))
            real, imaginary = real * x - imaginary * y, real * y + imaginary * x
        return ops.stack([harmonics[key] for key in sorted(harmonics)], axis=-1)

    def _legendre(self, m: int, start: float, z: Any) -> list[Any]:
        """Return `P_lm(z) / cos(lat)^m` for l = m, ..., degrees - 1."""
        found = [start * ops.ones_like(z), math.sqrt(2 * m + 3) * start * z]
        for degree in range(m + 2, self.degrees):
            square, before = degree * degree, (degree - 1) * (degree - 1)
            a = math.sqrt((4 * square - 1) / (square - m * m))
            b = math.sqrt((before - m * m) / (4 * before - 1))
            found.append(a * (z * found[-1] - b * found[-2]))
        return found[: self.degrees - m]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return one position per harmonic."""
        return (input_shape[0], self.degrees**2)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "degrees": self.degrees}
