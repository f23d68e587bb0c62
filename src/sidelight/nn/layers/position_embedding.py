"""A learned vector for every position of a feature map."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class PositionEmbedding(keras.layers.Layer):
    """Add a learned vector to each position of a map, and list the positions.

    Without it attention could find what a thing looks like, but not where it is.

    Args:
        stddev: Standard deviation of the initial vectors.

    Input shape:
        `(batch, height, width, channels)`, height and width fixed.

    Output shape:
        `(batch, height * width, channels)`
    """

    def __init__(self, stddev: float = 0.5, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stddev = stddev

    def build(self, input_shape: Any) -> None:
        """Create one vector per position."""
        _, height, width, channels = input_shape
        self.embedding = self.add_weight(
            shape=(height * width, channels),
            initializer=keras.initializers.RandomNormal(stddev=self.stddev, seed=0),
            name="embedding",
        )

    def call(self, feature_map: Any) -> Any:
        """Return the positions with their vectors added."""
        listed = ops.reshape(feature_map, (-1, *self.embedding.shape))
        return listed + self.embedding

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return positions in one axis."""
        batch, height, width, channels = input_shape
        return (batch, height * width, channels)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "stddev": self.stddev}
