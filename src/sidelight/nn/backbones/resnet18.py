"""ResNet-18, with a stem that leaves small pictures their pixels."""

from __future__ import annotations

from typing import Any

import keras
from pydantic import Field

from sidelight.nn.backbones._base import Backbone, BackboneConfig, BackboneFamily
from sidelight.nn.backbones._residual import convolution, residual
from sidelight.nn.layers import ChannelScaling
from sidelight.registry import BACKBONES
from sidelight.schema import ImageSpec

SMALL_BELOW = 64  # pixels
NUM_STAGES, BLOCKS = 4, 2


class ResNet18Config(BackboneConfig):
    """Options of ResNet-18.

    Attributes:
        width: Channels of the first stage; each later stage has twice as many.
    """

    width: int = Field(default=64, ge=1)


@BACKBONES.register(
    "resnet18",
    summary="ResNet-18: 11.2 M parameters, pictures of 16 px and more, no weights",
    paper="He et al. 2016, arXiv 1512.03385",
)
class ResNet18(BackboneFamily):
    """Four stages of two residual blocks, from random values.

    Pictures with a side below 64 pixels have the stem that the paper uses for small
    pictures: 3 × 3, stride 1, no pooling. Others: 7 × 7, stride 2, then pooling.
    """

    Config = ResNet18Config

    @classmethod
    def build(
        cls, image: ImageSpec, config: BackboneConfig, weights: str | None
    ) -> Backbone:
        """Return the network; `weights` is always None here."""
        del weights
        if not isinstance(config, ResNet18Config):
            raise TypeError(config)
        inputs = keras.Input((image.height, image.width, image.bands), name="image")
        x = ChannelScaling(127.5, 64.0, name="scaling")(inputs)
        x = _stem(x, config.width, small=min(image.height, image.width) < SMALL_BELOW)
        for stage in range(NUM_STAGES):
            for block in range(BLOCKS):
                stride = 2 if stage and not block else 1
                width = config.width * 2**stage
                x = residual(x, width, stride, f"stage{stage}_block{block}")
        stages = tuple(f"stage{s}_block{BLOCKS - 1}_out" for s in range(NUM_STAGES))
        return Backbone(keras.Model(inputs, x, name="resnet18"), stages)


def _stem(x: Any, width: int, *, small: bool) -> Any:
    kernel, stride = (3, 1) if small else (7, 2)
    x = convolution(x, width, stride, "stem", kernel=kernel)
    x = keras.layers.ReLU(name="stem_relu")(x)
    if small:
        return x
    return keras.layers.MaxPooling2D(3, 2, padding="same", name="stem_pool")(x)
