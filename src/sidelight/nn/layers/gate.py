"""A gate that starts open: the arithmetic of excitation, channel or position wise."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class Gate(keras.layers.Layer):
    """Scale features by twice a sigmoid: `2 * sigmoid(logits) * x`.

    Twice, so that logits of zero leave the features as they are, and a trained network
    does not start with halved features; a plain sigmoid could only suppress.

    Call arguments:
        features: `(batch, ..., channels)`.
        logits: `(batch, channels)` for a gate per channel, or of the features' rank,
            such as `(batch, height, width, 1)` for a gate per position.

    Input shape:
        `[(batch, ..., channels), (batch, channels) or (batch, ..., 1 or channels)]`

    Output shape:
        `(batch, ..., channels)`
    """

    def call(self, features: Any, logits: Any) -> Any:
        """Return the gated features."""
        if len(logits.shape) < len(features.shape):
            middle = (1,) * (len(features.shape) - 2)
            logits = ops.reshape(logits, (-1, *middle, features.shape[-1]))
        return features * (2 * ops.sigmoid(logits))

    def compute_output_shape(self, features_shape: Any, logits_shape: Any) -> Any:
        """Return the shape of the features."""
        del logits_shape
        return features_shape
