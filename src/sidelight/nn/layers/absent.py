"""Learned stand-ins for what is not there: a column, all metadata, or the image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class AbsentColumns(keras.layers.Layer):
    """Put a learned stand-in where a metadata column is absent.

    `present_j * x_j + (1 - present_j) * absent_j` for every column j. The stand-ins
    start at zero.

    Args:
        widths: Encoded width of each column, in the vector's order.

    Call arguments:
        vector: `(batch, sum(widths))`.
        present: `(batch, len(widths) + 1)`, one where a column has a value and zero
            elsewhere; the last position is the image's.

    Output shape:
        `(batch, sum(widths))`
    """

    def __init__(self, widths: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widths = tuple(widths)

    def build(self, vector_shape: Any, present_shape: Any) -> None:
        """Create the stand-ins."""
        del present_shape
        self.absent = self.add_weight(
            shape=(vector_shape[-1],), initializer="zeros", name="absent"
        )

    def call(self, vector: Any, present: Any) -> Any:
        """Return the vector with absent columns replaced."""
        owner = np.repeat(np.eye(len(self.widths)), self.widths, axis=1)
        owner = ops.convert_to_tensor(owner, dtype=present.dtype)
        shown = ops.matmul(present[:, :-1], owner)
        return shown * vector + (1 - shown) * self.absent

    def compute_output_shape(self, vector_shape: Any, present_shape: Any) -> Any:
        """Return the vector's shape."""
        del present_shape
        return vector_shape

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "widths": self.widths}


@keras.saving.register_keras_serializable(package="sidelight")
class AbsentMap(keras.layers.Layer):
    """Put one learned vector at every position of a map whose image is absent.

    Replaces features and not pixels, so that batch statistics are those of images.

    Call arguments:
        features: `(batch, height, width, channels)`.
        present: `(batch, columns + 1)`; the last position is one where there is an
            image and zero elsewhere.

    Output shape:
        `(batch, height, width, channels)`
    """

    def build(self, features_shape: Any, present_shape: Any) -> None:
        """Create the stand-in."""
        del present_shape
        self.absent = self.add_weight(
            shape=(features_shape[-1],), initializer="zeros", name="absent"
        )

    def call(self, features: Any, present: Any) -> Any:
        """Return the map, or the stand-in at every position."""
        shown = ops.reshape(present[:, -1:], (-1, 1, 1, 1))
        return shown * features + (1 - shown) * self.absent

    def compute_output_shape(self, features_shape: Any, present_shape: Any) -> Any:
        """Return the map's shape."""
        del present_shape
        return features_shape
