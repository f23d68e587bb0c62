"""Whole-pixel translation, one offset per picture."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class RandomShift(keras.layers.Layer):
    """Move each picture by whole pixels while training; the edge is mirrored.

    Whole pixels need no interpolation: rows and columns are picked by index, which
    costs a small part of what an affine warp does.

    Args:
        fraction: Largest shift, as a fraction of height and of width.
        seed: Seed of the offsets.

    Input shape:
        `(batch, height, width, bands)`; height and width must be known.

    Output shape:
        The same.
    """

    def __init__(self, fraction: float = 0.1, *, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fraction, self.seed = fraction, seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, image: Any, training: bool = False) -> Any:
        """Return the pictures, shifted when training."""
        if not training:
            return image
        for axis in (1, 2):
            image = self._shift(image, axis)
        return image

    def _shift(self, image: Any, axis: int) -> Any:
        size = int(image.shape[axis])
        reach = int(size * self.fraction)
        offset = keras.random.randint(
            (ops.shape(image)[0], 1), -reach, reach + 1, seed=self.generator
        )
        index = ops.abs(ops.arange(size, dtype="int32")[None, :] + offset)
        # Reflection at both ends: -1 -> 1 by the absolute value, size -> size - 2.
        index = (size - 1) - ops.abs((size - 1) - index)
        index = ops.expand_dims(index, (2, 3) if axis == 1 else (1, 3))
        return ops.take_along_axis(image, index, axis=axis)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        config = {"fraction": self.fraction, "seed": self.seed}
        return {**super().get_config(), **config}
