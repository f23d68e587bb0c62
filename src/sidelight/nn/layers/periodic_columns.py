"""Numbers as phases of waves whose frequencies are learned."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class PeriodicColumns(keras.layers.Layer):
    """`relu(W [cos(2 pi c x); sin(2 pi c x)] + b)`, with c, W and b for each column.

    Gorishniy, Rubachev and Babenko, "On Embeddings for Numerical Features in Tabular
    Deep Learning", 2022, arXiv 2203.05556. All columns are encoded in one product.

    Args:
        frequencies: How many frequencies c a column has.
        sigma: Standard deviation of their initial values, in 1 / unit of x.
        units: Width of a column's encoding.

    Input shape:
        `(batch, columns)`

    Output shape:
        `(batch, columns * units)`
    """

    def __init__(
        self, frequencies: int, sigma: float, units: int, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.frequencies, self.sigma, self.units = frequencies, sigma, units

    def build(self, input_shape: Any) -> None:
        """Create frequencies, kernel and bias."""
        num, waves = input_shape[-1], 2 * self.frequencies
        bound = 1 / math.sqrt(waves)
        self.frequency = self.add_weight(
            shape=(num, self.frequencies),
            initializer=keras.initializers.RandomNormal(stddev=self.sigma),
            name="frequency",
        )
        self.kernel = self.add_weight(
            shape=(num, waves, self.units),
            initializer=keras.initializers.RandomUniform(-bound, bound),
            name="kernel",
        )
        self.bias = self.add_weight(
            shape=(num, self.units), initializer="zeros", name="bias"
        )

    def call(self, values: Any) -> Any:
        """Return every column's encoding."""
        angle = 2 * math.pi * values[:, :, None] * self.frequency
        waves = ops.concatenate([ops.cos(angle), ops.sin(angle)], axis=-1)
        encoded = ops.einsum("bni,nid->bnd", waves, self.kernel) + self.bias
        return ops.reshape(ops.relu(encoded), (-1, values.shape[1] * self.units))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return `units` positions per column."""
        return (input_shape[0], input_shape[1] * self.units)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        config = {
            "frequencies": self.frequencies,
            "sigma": self.sigma,
            "units": self.units,
        }
        return {**super().get_config(), **config}
