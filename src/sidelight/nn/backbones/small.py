"""A small residual network for small pictures, fair enough to be a baseline."""

from __future__ import annotations

import keras
from pydantic import Field

from sidelight.nn.backbones._base import Backbone, BackboneConfig, BackboneFamily
from sidelight.nn.backbones._residual import convolution, residual
from sidelight.nn.layers import ChannelScaling
from sidelight.registry import BACKBONES
from sidelight.schema import ImageSpec


class SmallConfig(BackboneConfig):
    """Options of the small network.

    Attributes:
        widths: Channels of each stage; each stage halves the resolution.
        blocks: Residual blocks in each stage.
    """

    widths: tuple[int, ...] = (32, 64, 128, 128)
    blocks: int = Field(default=1, ge=1)


@BACKBONES.register(
    "small",
    summary="a small residual network with batch norm, for pictures of 16 to 128 px",
    paper="He et al. 2016, arXiv 1512.03385 (blocks); widths and depth are ours",
)
class Small(BackboneFamily):
    """Strided stem, then stages of residual blocks, each at half the resolution."""

    Config = SmallConfig

    @classmethod
    def build(
        cls, image: ImageSpec, config: BackboneConfig, weights: str | None
    ) -> Backbone:
        """Return the network; `weights` is always None here."""
        del weights
        if not isinstance(config, SmallConfig):
            raise TypeError(config)
        inputs = keras.Input((image.height, image.width, image.bands), name="image")
        x = ChannelScaling(127.5, 64.0, name="scaling")(inputs)
        x = convolution(x, config.widths[0], 2, "stem", kernel=4)
        x = keras.layers.ReLU(name="stem_relu")(x)
        for stage, width in enumerate(config.widths):
            for block in range(config.blocks):
                stride = 2 if stage and not block else 1
                x = residual(x, width, stride, f"stage{stage}_block{block}")
        stages = tuple(
            f"stage{stage}_block{config.blocks - 1}_out"
            for stage in range(len(config.widths))
        )
        return Backbone(keras.Model(inputs, x, name="small"), stages)
