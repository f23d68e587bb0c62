"""ResNet-50, as `keras.applications` ships it."""

from __future__ import annotations

from typing import Any

import keras

from sidelight.errors import ConfigError
from sidelight.nn.backbones._base import Backbone, BackboneConfig, BackboneFamily
from sidelight.nn.layers import ChannelScaling
from sidelight.nn.trace import retrace
from sidelight.registry import BACKBONES
from sidelight.schema import ImageSpec

# What the published weights were trained with: BGR, the ImageNet means, no division.
IMAGENET_MEAN_BGR = (103.939, 116.779, 123.68)
STAGES = (
    "conv2_block3_out",
    "conv3_block4_out",
    "conv4_block6_out",
    "conv5_block3_out",
)


@BACKBONES.register(
    "resnet50",
    summary="ResNet-50, 23.6 M parameters, pictures of 32 px and more",
    paper="He et al. 2016, arXiv 1512.03385",
    capabilities={"pretrained"},
)
class ResNet50(BackboneFamily):
    """ResNet-50 without its classifier; one band serves as three if weights say so."""

    min_size = 32
    pretrained = True

    @classmethod
    def build(
        cls, image: ImageSpec, config: BackboneConfig, weights: str | None
    ) -> Backbone:
        """Return the network; "imagenet" is downloaded by Keras."""
        del config
        if weights is not None and image.bands not in (1, 3):
            problem = (
                f"pretrained weights read 3 bands; the pictures have {image.bands}"
            )
            raise ConfigError(problem, fix="Leave --weights out.")
        bands = 3 if weights is not None else image.bands
        network = _network((image.height, image.width, bands), weights)
        inputs = keras.Input((image.height, image.width, image.bands), name="image")
        mean = IMAGENET_MEAN_BGR if bands == 3 else sum(IMAGENET_MEAN_BGR) / 3
        scaling = ChannelScaling(mean, reverse=bands == 3, name="scaling")

        def enter(picture: Any) -> Any:
            if bands != image.bands:
                join = keras.layers.Concatenate(name="gray_to_rgb")
                picture = join([picture] * bands)
            return scaling(picture)

        features = retrace(
            network, inputs, [], enter=enter, after=lambda _layer, _inputs, y: y
        )
        return Backbone(keras.Model(inputs, features, name="resnet50"), STAGES)


def _network(shape: tuple[int, int, int], weights: str | None) -> keras.Model:
    try:
        return keras.applications.ResNet50(
            include_top=False, weights=weights, input_shape=shape
        )
    except Exception as error:
        if weights is None:
            raise
        problem = f"the weights {weights!r} of resnet50 could not be loaded ({error})"
        raise ConfigError(
            problem,
            fix="Give the path of a downloaded weights file (without the top), "
            "or leave --weights out to start from random values.",
        ) from error
