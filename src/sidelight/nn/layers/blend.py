"""A share of one vector and the rest of another."""

from __future__ import annotations

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="sidelight")
class Blend(keras.layers.Layer):
    """`share * first + (1 - share) * second`, element by element.

    Call arguments:
        first: `(batch, units)`.
        second: `(batch, units)`.
        share: `(batch, units)` in [0, 1].

    Output shape:
        `(batch, units)`
    """

    def call(self, first: Any, second: Any, share: Any) -> Any:
        """Return the blend."""
        return second + share * (first - second)

    def compute_output_shape(
        self, first_shape: Any, second_shape: Any, share_shape: Any
    ) -> Any:
        """Return the shape of either vector."""
        del second_shape, share_shape
        return first_shape
