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
        unseen: Indices of each column that give zeros: those that no training row
            has, since what is learned about them would be left at its random start.

    Call arguments:
        indices: `(batch, columns)` int32; an index outside its column's range
            gives zeros as well.

    Input shape:
        `(batch, columns)`

    Output shape:
        `(batch, sum(levels))` float
    """

    def __init__(
        self,
        levels: Sequence[int],
        unseen: Sequence[Sequence[int]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.levels = [int(level) for level in levels]
        self.unseen = [list(column) for column in unseen or [[]] * len(self.levels)]

    def call(self, indices: Any) -> Any:
        """Return the indicators."""
        parts = [
            ops.one_hot(indices[:, i], level, dtype=self.compute_dtype)
            for i, level in enumerate(self.levels)
        ]
        return ops.concatenate(parts, axis=-1) * ops.convert_to_tensor(
            self._seen(), dtype=self.compute_dtype
        )

    def _seen(self) -> list[float]:
        columns = zip(self.levels, self.unseen, strict=True)
        return [
            float(index not in unseen)
            for level, unseen in columns
            for index in range(level)
        ]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return one position for every level of every column."""
        return (input_shape[0], sum(self.levels))

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        config = {"levels": self.levels, "unseen": self.unseen}
        return {**super().get_config(), **config}
