"""Real spherical harmonics of points on the unit sphere."""

from __future__ import annotations

import math
from typing import Any

import keras
import numpy as np
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
        legendre = ops.concatenate(self._legendre(z[:, None]), axis=-1)
        waves = ops.stack(self._waves(x, y), axis=-1)
        orders = [(n, m) for n in range(self.degrees) for m in range(-n, n + 1)]
        # Row l of the triangle begins after 1 + 2 + ... + l entries.
        of_legendre = [n * (n + 1) // 2 + abs(m) for n, m in orders]
        of_wave = [m + self.degrees - 1 for _, m in orders]
        return ops.take(legendre, of_legendre, axis=-1) * ops.take(
            waves, of_wave, axis=-1
        )

    def _legendre(self, z: Any) -> list[Any]:
        """Return `P_lm / cos(lat)^m` as a row of m = 0, ..., l for each l."""
        top = math.sqrt(1 / (4 * math.pi))  # the entry at m = l
        rows = [top * ops.ones_like(z)]
        for degree in range(1, self.degrees):
            entries = [math.sqrt(2 * degree + 1) * top * z]
            if degree > 1:
                m = np.arange(degree - 1)
                square, before = degree**2, (degree - 1) ** 2
                a = np.sqrt((4 * square - 1) / (square - m**2))
                b = np.sqrt((before - m**2) / (4 * before - 1))
                steps = z * rows[-1][:, :-1] - self._constant(b) * rows[-2]
                entries.insert(0, self._constant(a) * steps)
            top *= math.sqrt((2 * degree + 1) / (2 * degree))
            rows.append(ops.concatenate([*entries, top * ops.ones_like(z)], axis=-1))
        return rows

    def _waves(self, x: Any, y: Any) -> list[Any]:
        """Return `cos(lat)^|m|` times sin(|m| lon) or cos(m lon), m from below 0 on."""
        real, imaginary = ops.ones_like(x), ops.zeros_like(x)  # of (x + i y)^m
        waves = [real]
        for _ in range(1, self.degrees):
            real, imaginary = real * x - imaginary * y, real * y + imaginary * x
            waves = [math.sqrt(2) * imaginary, *waves, math.sqrt(2) * real]
        return waves

    def _constant(self, numbers: Any) -> Any:
        return ops.convert_to_tensor(numbers, dtype=self.compute_dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return one position per harmonic."""
        return (input_shape[0], self.degrees**2)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "degrees": self.degrees}
