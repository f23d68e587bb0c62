"""A small residual network for small pictures, fair enough to be a baseline."""

from __future__ import annotations

from typing import Any

import keras
from pydantic import Field

from sidelight.nn.backbones._base import Backbone, BackboneConfig, BackboneFamily
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
        x = _convolution(x, config.widths[0], 2, "stem", kernel=4)
        x = keras.layers.ReLU(name="stem_relu")(x)
        for stage, width in enumerate(config.widths):
            for block in range(config.blocks):
                stride = 2 if stage and not block else 1
                x = _residual(x, width, stride, f"stage{stage}_block{block}")
        stages = tuple(
            f"stage{stage}_block{config.blocks - 1}_out"
            for stage in range(len(config.widths))
        )
        return Backbone(keras.Model(inputs, x, name="small"), stages)


def _convolution(x: Any, width: int, stride: int, name: str, kernel: int = 3) -> Any:
    x = keras.layers.Conv2D(
        width,
        kernel,
        strides=stride,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_conv",
    )(x)
    return keras.layers.BatchNormalization(momentum=0.9, name=f"{name}_bn")(x)


def _residual(x: Any, width: int, stride: int, name: str) -> Any:
    shortcut = x
    if stride > 1:
        shortcut = keras.layers.AveragePooling2D(
            2, padding="same", name=f"{name}_pool"
        )(x)
    if shortcut.shape[-1] != width:
        shortcut = _convolution(shortcut, width, 1, f"{name}_shortcut", kernel=1)
    x = _convolution(x, width, stride, f"{name}_1")
    x = keras.layers.ReLU(name=f"{name}_relu")(x)
    x = _convolution(x, width, 1, f"{name}_2")
    x = keras.layers.Add(name=f"{name}_add")([x, shortcut])
    return keras.layers.ReLU(name=f"{name}_out")(x)
