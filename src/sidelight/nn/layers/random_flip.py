"""Mirroring, one decision per picture."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class RandomFlip(keras.layers.Layer):
    """Mirror each picture left-right, up-down, both or neither, while training.

    Args:
        horizontal: Whether pictures may be mirrored left to right.
        vertical: Whether pictures may be mirrored top to bottom.
        seed: Seed of the decisions.

    Input shape:
        `(batch, height, width, bands)`

    Output shape:
        The same.
    """

    def __init__(
        self,
        *,
        horizontal: bool = True,
        vertical: bool = True,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.horizontal, self.vertical, self.seed = horizontal, vertical, seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, image: Any, training: bool = False) -> Any:
        """Return the pictures, some of them mirrored when training."""
        if not training:
            return image
        for wanted, axis in ((self.horizontal, 2), (self.vertical, 1)):
            if wanted:
                shape = (ops.shape(image)[0], 1, 1, 1)
                draw = keras.random.uniform(shape, seed=self.generator)
                image = ops.where(draw < 0.5, ops.flip(image, axis=axis), image)
        return image

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        config = {
            "horizontal": self.horizontal,
            "vertical": self.vertical,
            "seed": self.seed,
        }
        return {**super().get_config(), **config}
