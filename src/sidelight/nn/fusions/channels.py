"""Metadata as extra input channels."""

from __future__ import annotations

from typing import Any

import keras

from sidelight.nn.fusions._base import Fusion
from sidelight.nn.layers import TileLike
from sidelight.nn.meta import Meta
from sidelight.registry import FUSIONS


@FUSIONS.register(
    "channels",
    summary="metadata tiled to planes and fed to the first convolution as channels",
    capabilities={"image", "metadata", "identity"},
)
class Channels(Fusion):
    """Concatenate constant planes of metadata to what the first convolution reads.

    A convolution is a sum over its input channels, so `conv([x; planes])` is written
    as `conv(x) + conv_planes(planes)`: the same network, but the backbone's own first
    kernel keeps its shape, and pretrained weights stay valid. The new kernel starts at
    zero, so the network starts as the image-only one.

    A constant plane through a convolution is a shift that depends on the metadata,
    except next to padded borders; it is the cheapest modulation, not the strongest.
    """

    def on_layer(self, layer: Any, inputs: Any, outputs: Any, meta: Meta) -> Any:
        """Add the response to the planes where the layer is the first convolution."""
        if not (isinstance(layer, keras.layers.Conv2D) and self._first(layer)):
            return outputs
        planes = TileLike(name="channels_planes")(meta.vector, inputs)
        response = keras.layers.Conv2D(
            layer.filters,
            layer.kernel_size,
            strides=layer.strides,
            padding=layer.padding,
            use_bias=False,
            kernel_initializer="zeros",
            name="channels_stem",
        )(planes)
        return keras.layers.Add(name="channels_sum")([outputs, response])

    def _first(self, layer: Any) -> bool:
        self._stem = getattr(self, "_stem", layer.name)
        return layer.name == self._stem
