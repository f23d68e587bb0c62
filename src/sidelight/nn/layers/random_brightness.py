"""A change of exposure, one factor per picture."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class RandomBrightness(keras.layers.Layer):
    """Multiply each picture by one random factor while training, clipped to 0-255.

    Args:
        factor: Factors are drawn evenly between `1 - factor` and `1 + factor`.
        seed: Seed of the factors.

    Input shape:
        `(batch, height, width, bands)` in [0, 255]

    Output shape:
        The same.
    """

    def __init__(self, factor: float = 0.1, *, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor, self.seed = factor, seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, image: Any, training: bool = False) -> Any:
        """Return the pictures, brighter or darker when training."""
        if not training:
            return image
        factor = keras.random.uniform(
            (ops.shape(image)[0], 1, 1, 1),
            1 - self.factor,
            1 + self.factor,
            dtype=image.dtype,
            seed=self.generator,
        )
        return ops.clip(image * factor, 0, 255)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        config = {"factor": self.factor, "seed": self.seed}
        return {**super().get_config(), **config}
