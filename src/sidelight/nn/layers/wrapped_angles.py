"""Sine and cosine of longitude and latitude."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from sidelight.nn.layers._sphere import horizontal, split_point


@keras.saving.register_keras_serializable(package="sidelight")
class WrappedAngles(keras.layers.Layer):
    """`(sin lon, cos lon, sin lat, cos lat)` of points on the unit sphere.

    Mac Aodha, Cole and Perona, "Presence-Only Geographical Priors for Fine-Grained
    Image Classification", 2019, arXiv 1906.05272, scale latitude to a whole turn, which
    gives both poles one code; half a turn keeps them apart.

    Input shape:
        `(batch, 3)`

    Output shape:
        `(batch, 4)`
    """

    def call(self, xyz: Any) -> Any:
        """Return the sines and cosines."""
        x, y, z = split_point(xyz)
        length, east, north = horizontal(x, y)
        return ops.stack([north, east, z, length], axis=-1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return four positions."""
        return (input_shape[0], 4)
