"""From a picture to what the first convolution of pretrained weights reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from sidelight.nn.layers import ChannelScaling


@dataclass(frozen=True)
class Scaling:
    """The input scaling that weights were trained with: `(x - mean) / std`.

    Attributes:
        mean: One value for all bands, or one for each in the order that is read.
        std: Likewise.
        bgr: Whether blue comes first.
    """

    mean: float | tuple[float, ...]
    std: float | tuple[float, ...] = 1.0
    bgr: bool = False


# The three that keras.applications has, in 0-255.
SYMMETRIC = Scaling(mean=127.5, std=127.5)
IMAGENET_RGB = Scaling(mean=(123.675, 116.28, 103.53), std=(58.395, 57.12, 57.375))
IMAGENET_BGR = Scaling(mean=(103.939, 116.779, 123.68), bgr=True)


def enter(image: Any, scaling: Scaling, *, pretrained: bool) -> Any:
    """Return the scaled picture, ready for the first convolution.

    One band serves as three where weights are pretrained, which is what a grey picture
    saved as RGB would give. Any other number of bands has the mean of the constants.

    Args:
        image: Symbolic picture `(batch, height, width, bands)` in [0, 255].
        scaling: What the weights were trained with.
        pretrained: Whether there are such weights.
    """
    if pretrained and image.shape[-1] == 1:
        image = keras.layers.Concatenate(name="gray_to_rgb")([image] * 3)
    mean, std = scaling.mean, scaling.std
    colour = image.shape[-1] == 3
    if not colour:
        mean, std = _average(mean), _average(std)
    reverse = colour and scaling.bgr
    return ChannelScaling(mean, std, reverse=reverse, name="scaling")(image)


def _average(values: float | tuple[float, ...]) -> float:
    return sum(values) / len(values) if isinstance(values, tuple) else values
