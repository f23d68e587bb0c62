"""How far a number has come through each of its bins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

# Beyond the outer edges the encoding goes on in a straight line, as defined; a narrow
# first or last bin must not make it explode.
LIMIT = 10.0


@keras.saving.register_keras_serializable(package="sidelight")
class PiecewiseBins(keras.layers.Layer):
    """Piecewise linear encoding of several columns.

    With edges `b_0 < ... < b_T`, position t is `(x - b_{t-1}) / (b_t - b_{t-1})`, not
    below 0 but in the first bin, not above 1 but in the last. Gorishniy, Rubachev and
    Babenko, "On Embeddings for Numerical Features in Tabular Deep Learning", 2022,
    arXiv 2203.05556.

    Args:
        edges: Rising edges of each column's bins, two at least.

    Input shape:
        `(batch, len(edges))`

    Output shape:
        `(batch, sum(len(e) - 1 for e in edges))`
    """

    def __init__(self, edges: Sequence[Sequence[float]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.edges = [[float(edge) for edge in column] for column in edges]
        self.widths = [len(column) - 1 for column in self.edges]

    def call(self, values: Any) -> Any:
        """Return one position per bin."""
        owner = np.repeat(np.arange(len(self.widths)), self.widths)
        low = np.concatenate([column[:-1] for column in self.edges])
        size = np.concatenate([np.diff(column) for column in self.edges])
        first = np.concatenate([np.arange(width) == 0 for width in self.widths])
        last = np.concatenate([np.arange(w) == w - 1 for w in self.widths])
        through = ops.take(values, owner, axis=-1) - self._constant(low)
        through = through / self._constant(size)
        through = ops.maximum(through, self._constant(np.where(first, -LIMIT, 0)))
        return ops.minimum(through, self._constant(np.where(last, LIMIT, 1)))

    def _constant(self, numbers: Any) -> Any:
        return ops.convert_to_tensor(numbers, dtype=self.compute_dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return one position per bin of every column."""
        return (input_shape[0], sum(self.widths))

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "edges": self.edges}
