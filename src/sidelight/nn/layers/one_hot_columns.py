"""Several integer columns as one wide indicator vector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class OneHotColumns(keras.layers.Layer):
    """One-hot encode each column of indices and concatenate the results.

    Args:
        levels: How many indices each column has.

    Call arguments:
        indices: `(batch, columns)` int32; an index outside its column's range
            gives zeros.

    Input shape:
        `(batch, columns)`

    Output shape:
        `(batch, sum(levels))` float
    """

    def __init__(self, levels: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.levels = [int(level) for level in levels]

    def call(self, indices: Any) -> Any:
        """Return the indicators."""
        parts = [
            ops.one_hot(indices[:, i], level, dtype=self.compute_dtype)
            for i, level in enumerate(self.levels)
        ]
        return ops.concatenate(parts, axis=-1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return one position for every level of every column."""
        return (input_shape[0], sum(self.levels))

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "levels": self.levels}
