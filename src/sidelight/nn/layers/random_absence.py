"""Take the image, all metadata, or single columns away at random while training."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class RandomAbsence(keras.layers.Layer):
    """Set presence to zero at random, in training only.

    A row loses its image with probability `modality`, or all its metadata with the same
    probability, never both; each of its columns is lost with probability `column`
    besides. What is absent already stays absent.

    Args:
        modality: Probability for the image, and for the metadata; at most a half.
        column: Probability for each column.
        seed: Seed of the random decisions.

    Input shape:
        `(batch, columns + 1)`, the last position the image's.

    Output shape:
        `(batch, columns + 1)`
    """

    def __init__(
        self, modality: float, column: float, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.modality, self.column, self.seed = modality, column, seed
        self.generator = keras.random.SeedGenerator(seed)

    def call(self, present: Any, training: bool = False) -> Any:
        """Return what is left."""
        if not training:
            return present
        batch, columns = ops.shape(present)[0], present.shape[1] - 1
        drawn = keras.random.uniform((batch, 1), seed=self.generator)
        kept = keras.random.uniform((batch, columns), seed=self.generator)
        image = drawn >= self.modality
        metadata = ops.logical_and(drawn < 1 - self.modality, kept >= self.column)
        left = ops.concatenate([metadata, image], axis=1)
        return present * ops.cast(left, present.dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        config = {"modality": self.modality, "column": self.column, "seed": self.seed}
        return {**super().get_config(), **config}
