"""A residual update that starts switched off."""

from __future__ import annotations

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="sidelight")
class ReZero(keras.layers.Layer):
    """Add an update, scaled by one learned figure per channel: `x + alpha * update`.

    Alpha starts at zero, so the layer starts as the identity (Bachlechner et al.,
    "ReZero is All You Need", 2020, arXiv 2003.04887).

    Call arguments:
        features: `(batch, ..., channels)`.
        update: Of the same shape.

    Output shape:
        `(batch, ..., channels)`
    """

    def build(self, features_shape: Any, update_shape: Any) -> None:
        """Create alpha."""
        del update_shape
        self.alpha = self.add_weight(
            shape=(features_shape[-1],), initializer="zeros", name="alpha"
        )

    def call(self, features: Any, update: Any) -> Any:
        """Return the updated features."""
        return features + self.alpha * update

    def compute_output_shape(self, features_shape: Any, update_shape: Any) -> Any:
        """Return the shape of the features."""
        del update_shape
        return features_shape
