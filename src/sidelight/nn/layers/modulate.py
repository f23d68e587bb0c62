"""Feature-wise affine modulation: the arithmetic of FiLM, without its generator."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class Modulate(keras.layers.Layer):
    """Scale and shift every channel: `(1 + gamma) * x + beta`.

    The one is part of the method (Perez et al., "FiLM: Visual Reasoning with a
    General Conditioning Layer", 2018, arXiv 1709.07871): with gamma and beta at zero
    the layer is the identity.

    Call arguments:
        features: `(batch, ..., channels)`.
        modulation: `(batch, 2 * channels)`; the first half is gamma, the second beta.

    Input shape:
        `[(batch, ..., channels), (batch, 2 * channels)]`

    Output shape:
        `(batch, ..., channels)`
    """

    def call(self, features: Any, modulation: Any) -> Any:
        """Return the modulated features."""
        gamma, beta = ops.split(modulation, 2, axis=-1)
        middle = (1,) * (len(features.shape) - 2)
        shape = (-1, *middle, features.shape[-1])
        return features * (1 + ops.reshape(gamma, shape)) + ops.reshape(beta, shape)

    def compute_output_shape(
        self, features_shape: Any, modulation_shape: Any
    ) -> Any:  # names follow the call arguments, as Keras requires
        """Return the shape of the features."""
        del modulation_shape
        return features_shape
