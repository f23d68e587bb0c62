"""A weighted sum of the answers of several convolutions."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class MixExperts(keras.layers.Layer):
    """Sum `n` expert responses, each with a weight of its own in every sample.

    A convolution is linear in its kernel, so mixing responses is mixing kernels:
    `sum_k r_k conv(x, E_k) = conv(x, sum_k r_k E_k)` (Yang et al., "CondConv", 2019,
    arXiv 1904.04971).

    Call arguments:
        responses: `(batch, height, width, n * channels)`, expert by expert.
        weights: `(batch, n)`.

    Output shape:
        `(batch, height, width, channels)`
    """

    def call(self, responses: Any, weights: Any) -> Any:
        """Return the mixture."""
        experts = ops.split(responses, weights.shape[-1], axis=-1)
        shares = ops.split(weights, weights.shape[-1], axis=-1)
        return sum(
            expert * ops.reshape(share, (-1, 1, 1, 1))
            for expert, share in zip(experts, shares, strict=True)
        )

    def compute_output_shape(self, responses_shape: Any, weights_shape: Any) -> Any:
        """Return the channels of one expert."""
        return (*responses_shape[:-1], responses_shape[-1] // weights_shape[-1])
