"""Zeros where there is no location."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class WherePresent(keras.layers.Layer):
    """Keep what was encoded of a point; zeros where the point is missing.

    A missing point is given as (0, 0, 0), which is not on the sphere. What an encoder
    makes of it would be noise that training rows without gaps never corrected.

    Call arguments:
        encoded: `(batch, features)`.
        xyz: `(batch, 3)`: points on the unit sphere, or zeros.

    Output shape:
        `(batch, features)`
    """

    def call(self, encoded: Any, xyz: Any) -> Any:
        """Return the encoding or zeros."""
        present = ops.sum(xyz * xyz, axis=-1, keepdims=True) > 0.5
        return ops.where(present, encoded, ops.zeros_like(encoded))

    def compute_output_shape(self, encoded_shape: Any, xyz_shape: Any) -> Any:
        """Return the shape of what was encoded."""
        del xyz_shape
        return encoded_shape
