"""One token per metadata column, for attention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class ColumnTokens(keras.layers.Layer):
    """Project every column's part of the metadata vector to a token of its own.

    Token j is `x_j W_j + b_j`, with `x_j` the encoded values of column j: the feature
    tokenizer of Gorishniy et al., "Revisiting Deep Learning Models for Tabular Data",
    2021, arXiv 2106.11959. All columns are projected in one matrix product.

    Args:
        widths: Encoded width of each column, in the vector's order.
        dim: Width of a token.

    Input shape:
        `(batch, sum(widths))`

    Output shape:
        `(batch, len(widths), dim)`
    """

    def __init__(self, widths: Sequence[int], dim: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widths, self.dim = tuple(widths), dim

    def build(self, input_shape: Any) -> None:
        """Create kernel and bias."""
        self.kernel = self.add_weight(
            shape=(input_shape[-1], self.dim),
            # Each token sees a few values only: Glorot over all of them is too small.
            initializer=keras.initializers.RandomNormal(stddev=self.dim**-0.5, seed=0),
            name="kernel",
        )
        self.bias = self.add_weight(
            shape=(len(self.widths), self.dim),
            initializer=keras.initializers.RandomNormal(stddev=self.dim**-0.5, seed=1),
            name="bias",
        )

    def call(self, vector: Any) -> Any:
        """Return the tokens."""
        owner = np.repeat(np.eye(len(self.widths)), self.widths, axis=1)
        own = ops.convert_to_tensor(owner[None], dtype=vector.dtype)
        return ops.matmul(vector[:, None, :] * own, self.kernel) + self.bias

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return one token per column."""
        return (input_shape[0], len(self.widths), self.dim)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "widths": self.widths, "dim": self.dim}
