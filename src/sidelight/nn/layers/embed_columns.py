"""Several integer columns, each as rows of a table of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from sidelight.nn.layers._seen import seen


@keras.saving.register_keras_serializable(package="sidelight")
class EmbedColumns(keras.layers.Layer):
    """Look each column's indices up in a learned table and concatenate the rows.

    Args:
        levels: How many indices each column has.
        units: Width of each column's rows.
        unseen: Indices of each column that give zeros: those that no training row
            has, since their rows would be left at their random start.

    Input shape:
        `(batch, columns)` int32, each index within its column's range

    Output shape:
        `(batch, sum(units))` float
    """

    def __init__(
        self,
        levels: Sequence[int],
        units: Sequence[int],
        unseen: Sequence[Sequence[int]],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.levels = [int(level) for level in levels]
        self.units = [int(width) for width in units]
        self.unseen = [list(column) for column in unseen]

    def build(self, input_shape: Any) -> None:
        """Create the tables."""
        del input_shape
        self.tables = [
            self.add_weight(
                shape=(level, width),
                initializer=keras.initializers.RandomUniform(-0.05, 0.05),
                name=f"table_{i}",
            )
            for i, (level, width) in enumerate(
                zip(self.levels, self.units, strict=True)
            )
        ]

    def call(self, indices: Any) -> Any:
        """Return the rows."""
        parts = []
        for i, (table, unseen) in enumerate(zip(self.tables, self.unseen, strict=True)):
            index = indices[:, i]
            rows = ops.take(table, index, axis=0)
            parts.append(rows * seen(index, unseen, self.compute_dtype))
        return ops.concatenate(parts, axis=-1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the columns' widths, added up."""
        return (input_shape[0], sum(self.units))

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        config = {"levels": self.levels, "units": self.units, "unseen": self.unseen}
        return {**super().get_config(), **config}
