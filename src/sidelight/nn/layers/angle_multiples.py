"""Faster turns of the same clocks."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class AngleMultiples(keras.layers.Layer):
    """Sine and cosine of 1, 2, ..., n times an angle, from those of the angle.

    `sin((k + 1) a) = sin(k a) cos(a) + cos(k a) sin(a)` and
    `cos((k + 1) a) = cos(k a) cos(a) - sin(k a) sin(a)`: no angle is computed, and a
    missing one, given as (0, 0), stays (0, 0) at every multiple.

    Args:
        multiples: The highest multiple, n.

    Input shape:
        `(batch, 2 * angles)`: sine and cosine of each angle in turn

    Output shape:
        `(batch, 2 * angles * multiples)`: for each angle, sine and cosine of each
        multiple in turn
    """

    def __init__(self, multiples: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.multiples = multiples

    def call(self, pairs: Any) -> Any:
        """Return the multiples."""
        sine, cosine = pairs[:, 0::2], pairs[:, 1::2]
        waves = [sine, cosine]
        for _ in range(self.multiples - 1):
            last_sine, last_cosine = waves[-2:]
            waves.append(last_sine * cosine + last_cosine * sine)
            waves.append(last_cosine * cosine - last_sine * sine)
        stacked = ops.stack(waves, axis=-1)
        return ops.reshape(stacked, (-1, pairs.shape[1] * self.multiples))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return `multiples` times the width."""
        return (input_shape[0], input_shape[1] * self.multiples)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "multiples": self.multiples}
