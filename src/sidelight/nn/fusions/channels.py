"""Metadata as extra input channels."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import keras
from pydantic import Field

from sidelight.nn.fusions._base import Fusion, FusionConfig
from sidelight.nn.layers import TileLike
from sidelight.nn.meta import Meta
from sidelight.registry import FUSIONS
from sidelight.schema import Search


class ChannelsConfig(FusionConfig):
    """Options of extra channels.

    Attributes:
        planes: "tile" makes a plane of each encoded value, "project" of `units` learned
            mixtures of them: cheaper where the metadata is wide.
        units: Number of mixtures.
    """

    planes: Annotated[
        Literal["tile", "project"], Search(choices=("tile", "project"))
    ] = "tile"
    units: Annotated[int, Search(4, 32, log=True)] = Field(default=8, ge=1)


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

    Config = ChannelsConfig
    config: ChannelsConfig
    site = "convolution"

    def on_layer(
        self, layer: Any, inputs: Any, outputs: Any, meta: Meta, stage: int
    ) -> Any:
        """Add the response to the planes where the layer is the first convolution."""
        if self.sites or not isinstance(layer, keras.layers.Conv2D):
            return outputs
        self.sites += 1
        values = meta.vector
        if self.config.planes == "project":
            units = self.config.units
            values = keras.layers.Dense(units, name="channels_project")(values)
        planes = TileLike(name="channels_planes")(values, inputs)
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
