"""Chosen columns of a block, in a chosen order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class TakeColumns(keras.layers.Layer):
    """Pick positions of the last axis.

    Args:
        positions: Which positions, in the order they are given out.

    Input shape:
        `(batch, columns)`, float or int

    Output shape:
        `(batch, len(positions))`, of the same dtype
    """

    def __init__(self, positions: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.positions = [int(position) for position in positions]

    def call(self, block: Any) -> Any:
        """Return the chosen columns."""
        first, last = self.positions[0], self.positions[-1]
        if self.positions == list(range(first, last + 1)):
            return block[:, first : last + 1]  # a slice costs less than a gather
        return ops.take(block, self.positions, axis=-1)

    def compute_output_spec(self, block: Any) -> Any:
        """Return the input's dtype: indices stay int32."""
        shape = (block.shape[0], len(self.positions))
        return keras.KerasTensor(shape, dtype=block.dtype)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "positions": self.positions}
