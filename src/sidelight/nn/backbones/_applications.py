"""Backbones that `keras.applications` ships, each described by a card."""

from __future__ import annotations

import contextlib
import sys
import warnings
from dataclasses import dataclass
from typing import Any, ClassVar

import keras

from sidelight.errors import ConfigError
from sidelight.nn.backbones._base import (
    IMAGENET,
    Backbone,
    BackboneConfig,
    BackboneFamily,
    PretrainedConfig,
)
from sidelight.nn.backbones._entrance import Scaling, enter
from sidelight.nn.backbones._rebuild import copy_weights, rebuild
from sidelight.schema import ImageSpec


@dataclass(frozen=True)
class Card:
    """What has to be known of a network in `keras.applications`.

    Attributes:
        model: Name of its function there.
        scaling: What its published weights were trained with.
        stages: The last layer of each resolution, on the path that goes on.
        rescales: Whether Keras would put a scaling of its own in front. It is left out
            for ours, since it reads three bands only and spoils exports.
    """

    model: str
    scaling: Scaling
    stages: tuple[str, ...]
    rescales: bool = False


class Application(BackboneFamily):
    """A network of `keras.applications` without its classifier.

    Attributes:
        card: What is known of it.
    """

    Config = PretrainedConfig
    min_size = 32
    pretrained = True
    card: ClassVar[Card]

    @classmethod
    def build(
        cls, image: ImageSpec, config: BackboneConfig, weights: str | None
    ) -> Backbone:
        """Return the network; "imagenet" is downloaded by Keras."""
        del config
        bands = image.bands if weights is None else 3
        source = _network(cls.card, (image.height, image.width, bands), weights)
        inputs = keras.Input((image.height, image.width, image.bands), name="image")
        entered = enter(inputs, cls.card.scaling, pretrained=weights is not None)
        features, pairs = rebuild(source, inputs, entered)
        copy_weights(pairs)
        model = keras.Model(inputs, features, name=cls.card.model.lower())
        return Backbone(model, cls.card.stages)


def _network(card: Card, shape: tuple[int, int, int], weights: str | None) -> Any:
    options = {"include_preprocessing": False} if card.rescales else {}
    make = getattr(keras.applications, card.model)
    try:
        # Keras tells of downloads on standard output, where results belong, and warns
        # of any number of bands but one and three, which is what was asked for.
        with contextlib.redirect_stdout(sys.stderr), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "This model usually expects 1 or 3")
            return make(
                include_top=False, weights=weights, input_shape=shape, **options
            )
    except Exception as error:
        if weights is None:
            raise
        raise _refused(card, weights, error) from error


def _refused(card: Card, weights: str, error: Exception) -> ConfigError:
    reason = " ".join(str(error).split())[:200].rstrip(". ")
    if weights == IMAGENET:
        problem = (
            f"the ImageNet weights of {card.model} could not be downloaded ({reason})"
        )
        fix = (
            "Download the file where there is a network and give its path with "
            "--weights; or use --backbone efficientnet_lite0, whose weights are a "
            "package; or leave --weights out to start from random values."
        )
        return ConfigError(problem, fix=fix)
    problem = f"these are not weights of {card.model} without its classifier ({reason})"
    fix = "Give the file that ends in notop.h5, or one that Keras' save_weights wrote."
    return ConfigError(problem, path=weights, fix=fix)
