"""A linear map whose weights come from another network, sample by sample."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class GeneratedLinear(keras.layers.Layer):
    """Add a low-rank linear map of the channels to features: `x + (x A) B`.

    `A` `(channels, rank)` and `B` `(rank, channels)` are given with the call, one pair
    for every sample; on a map this is a 1×1 convolution with generated weights. With B
    at zero the layer is the identity.

    Args:
        rank: Rank of the map.

    Call arguments:
        features: `(batch, ..., channels)`.
        into: `(batch, channels * rank)`, the rows of A.
        out: `(batch, rank * channels)`, the rows of B.

    Output shape:
        `(batch, ..., channels)`
    """

    def __init__(self, rank: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rank = rank

    def call(self, features: Any, into: Any, out: Any) -> Any:
        """Return the features after the map was added."""
        channels = features.shape[-1]
        listed = ops.reshape(features, (-1, _positions(features), channels))
        narrow = ops.matmul(listed, ops.reshape(into, (-1, channels, self.rank)))
        change = ops.matmul(narrow, ops.reshape(out, (-1, self.rank, channels)))
        return features + ops.reshape(change, (-1, *features.shape[1:]))

    def compute_output_shape(
        self, features_shape: Any, into_shape: Any, out_shape: Any
    ) -> Any:
        """Return the shape of the features."""
        del into_shape, out_shape
        return features_shape

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "rank": self.rank}


def _positions(features: Any) -> int:
    count = 1
    for size in features.shape[1:-1]:
        count *= size
    return count
