"""Longitude and latitude as waves of several lengths."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from sidelight.nn.layers._sphere import horizontal, split_point


@keras.saving.register_keras_serializable(package="sidelight")
class LocationGrid(keras.layers.Layer):
    """For each scale a, `(sin(lon/a), cos(lon/a), sin(lat/a), cos(lat/a))`.

    The grid encoder of Mai et al., "Multi-Scale Representation Learning for Spatial
    Feature Distributions using Grid Cells", 2020, arXiv 2003.00824.

    Args:
        periods: Length of the wave at each scale, in degrees: `a = period / 360`.

    Input shape:
        `(batch, 3)`: points on the unit sphere

    Output shape:
        `(batch, 4 * len(periods))`
    """

    def __init__(self, periods: Sequence[float], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.periods = [float(period) for period in periods]

    def call(self, xyz: Any) -> Any:
        """Return the waves."""
        x, y, z = split_point(xyz)
        length, east, north = horizontal(x, y)
        # Of a missing point (0, 0, 0) the latitude would be no number.
        upright = ops.where(length + ops.abs(z) > 0, length, 1.0)
        angles = ops.stack([ops.arctan2(north, east), ops.arctan2(z, upright)], axis=-1)
        turns = [360.0 / period for period in self.periods]
        scaled = angles[:, None, :] * ops.convert_to_tensor(
            [[turn] for turn in turns], dtype=angles.dtype
        )
        waves = ops.stack([ops.sin(scaled), ops.cos(scaled)], axis=-1)
        return ops.reshape(waves, (-1, 4 * len(self.periods)))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return four positions per scale."""
        return (input_shape[0], 4 * len(self.periods))

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "periods": self.periods}


def geometric_periods(smallest: float, largest: float, num: int) -> list[float]:
    """Return `num` periods from smallest to largest, each the same factor longer."""
    step = math.log(largest / smallest) / (num - 1)
    return [smallest * math.exp(step * s) for s in range(num)]
