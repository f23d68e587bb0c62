"""What a dense layer gives before its activation."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class DenseLogits(keras.layers.Wrapper):
    """Apply a built dense layer without its activation; its weights are shared.

    Args:
        layer: The `keras.layers.Dense`.

    Input shape:
        `(batch, features)`

    Output shape:
        `(batch, units)`
    """

    def call(self, features: Any) -> Any:
        """Return the logits."""
        logits = ops.matmul(features, self.layer.kernel)
        return logits + self.layer.bias if self.layer.use_bias else logits

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the dense layer's shape."""
        return self.layer.compute_output_shape(input_shape)
