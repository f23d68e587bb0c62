"""The input scaling that a set of pretrained weights was trained with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class ChannelScaling(keras.layers.Layer):
    """Map 0-255 to what a backbone expects: `(x - mean) / std`, bands reversed or not.

    Args:
        mean: One value, or one per band, in 0-255 and in the order after reversal.
        std: One value, or one per band.
        reverse: Whether RGB becomes BGR first.

    Input shape:
        `(batch, height, width, bands)` float32 in [0, 255]

    Output shape:
        The same.
    """

    def __init__(
        self,
        mean: Sequence[float] | float,
        std: Sequence[float] | float = 1.0,
        *,
        reverse: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.mean = [float(m) for m in mean] if isinstance(mean, Sequence) else mean
        self.std = [float(s) for s in std] if isinstance(std, Sequence) else std
        self.reverse = reverse

    def call(self, image: Any) -> Any:
        """Return the scaled image."""
        image = ops.cast(image, self.compute_dtype)
        if self.reverse:
            image = ops.flip(image, axis=-1)
        mean = ops.convert_to_tensor(self.mean, dtype=self.compute_dtype)
        std = ops.convert_to_tensor(self.std, dtype=self.compute_dtype)
        return (image - mean) / std

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        config = {"mean": self.mean, "std": self.std, "reverse": self.reverse}
        return {**super().get_config(), **config}
