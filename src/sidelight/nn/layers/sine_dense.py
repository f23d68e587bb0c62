"""A dense layer with a sine, and the initial weights that such a layer needs."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class SineDense(keras.layers.Layer):
    """`sin(omega (x W + b))`: a layer of a sinusoidal representation network.

    Weights start uniform within `1 / n` in the first layer of such a network, and
    within `sqrt(6 / n) / omega` in later ones, n the width of x. Sitzmann et al.,
    "Implicit Neural Representations with Periodic Activation Functions", 2020, arXiv
    2006.09661.

    Args:
        units: Width of the output.
        omega: Factor before the sine.
        first: Whether it is the first layer of its network.

    Input shape:
        `(batch, features)`

    Output shape:
        `(batch, units)`
    """

    def __init__(
        self, units: int, *, omega: float = 1.0, first: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.units, self.omega, self.first = units, omega, first

    def build(self, input_shape: Any) -> None:
        """Create kernel and bias."""
        features = input_shape[-1]
        bound = 1 / features if self.first else math.sqrt(6 / features) / self.omega
        self.kernel = self.add_weight(
            shape=(features, self.units),
            initializer=keras.initializers.RandomUniform(-bound, bound),
            name="kernel",
        )
        self.bias = self.add_weight(
            shape=(self.units,),
            initializer=keras.initializers.RandomUniform(-bound, bound),
            name="bias",
        )

    def call(self, x: Any) -> Any:
        """Return the waves."""
        return ops.sin(self.omega * (ops.matmul(x, self.kernel) + self.bias))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return `units` positions."""
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        config = {"units": self.units, "omega": self.omega, "first": self.first}
        return {**super().get_config(), **config}
