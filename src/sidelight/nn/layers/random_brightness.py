"""A change of exposure, one factor per picture."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from sidelight.nn.layers.band_scaling import is_absent


@keras.saving.register_keras_serializable(package="sidelight")
class RandomBrightness(keras.layers.Layer):
    """Multiply each picture by one random factor while training, clipped to 0-255.

    Args:
        factor: Factors are drawn evenly between `1 - factor` and `1 + factor`.
        scale: What `BandScaling` takes, for pictures that are scaled afterwards: they
            are multiplied from each band's `low` on, not clipped, and what has no data
            has none afterwards.
        seed: Seed of the factors.

    Input shape:
        `(batch, height, width, bands)` in [0, 255], or in units of `scale`

    Output shape:
        The same.
    """

    def __init__(
        self,
        factor: float = 0.1,
        *,
        scale: dict[str, Any] | None = None,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.factor, self.scale, self.seed = factor, scale, seed
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
        if self.scale is None:
            return ops.clip(image * factor, 0, 255)
        low = ops.convert_to_tensor(self.scale["low"], dtype=image.dtype)
        absent = is_absent(image, self.scale["zero_is_absent"])
        return ops.where(absent, image, low + (image - low) * factor)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        config = {"factor": self.factor, "scale": self.scale, "seed": self.seed}
        return {**super().get_config(), **config}
