"""A vector per picture as constant planes of a feature map's size."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class TileLike(keras.layers.Layer):
    """Repeat a vector at every position of a map.

    The snippet usually passed around reshapes the vector to `(batch, 1, 1, features)`
    and concatenates it, which fails on any map larger than one pixel; this repeats it.

    Call arguments:
        vector: `(batch, features)`.
        like: `(batch, height, width, channels)`; only its size is used.

    Input shape:
        `[(batch, features), (batch, height, width, channels)]`

    Output shape:
        `(batch, height, width, features)`
    """

    def call(self, vector: Any, like: Any) -> Any:
        """Return the planes."""
        height, width = ops.shape(like)[1], ops.shape(like)[2]
        planes = ops.reshape(vector, (-1, 1, 1, vector.shape[-1]))
        return ops.tile(planes, (1, height, width, 1))

    def compute_output_shape(self, vector_shape: Any, like_shape: Any) -> Any:
        """Return the map's size with the vector's width."""
        return (*like_shape[:-1], vector_shape[-1])
