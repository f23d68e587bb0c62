"""How much each position of a map agrees with a query: gate logits by position."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class PositionScores(keras.layers.Layer):
    """Scalar product of a query with the vector at each position.

    `score[i, j] = sum_d query[d] * keys[i, j, d] / sqrt(dim)`.

    Call arguments:
        keys: `(batch, height * width, dim)`.
        query: `(batch, dim)`.
        like: `(batch, height, width, channels)`; only its size is used.

    Output shape:
        `(batch, height, width, 1)`
    """

    def call(self, keys: Any, query: Any, like: Any) -> Any:
        """Return one score per position."""
        scores = ops.matmul(keys, query[:, :, None]) * (keys.shape[-1] ** -0.5)
        return ops.reshape(scores, (-1, like.shape[1], like.shape[2], 1))

    def compute_output_shape(
        self, keys_shape: Any, query_shape: Any, like_shape: Any
    ) -> Any:
        """Return the map's size with one channel."""
        del keys_shape, query_shape
        return (*like_shape[:-1], 1)
