"""The contract of a backbone: a functional model, and where its stages end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from sidelight.errors import ConfigError
from sidelight.schema import ImageSpec, Record


class BackboneConfig(Record):
    """Options of a backbone; every backbone has a subclass, perhaps without fields."""


@dataclass(frozen=True)
class Backbone:
    """An image network without its classifier.

    Attributes:
        model: Functional `keras.Model`, image `(batch, height, width, bands)` float32
            in [0, 255] -> map `(batch, h, w, channels)`.
        stages: Names of the layers that end each stage, from the first to the last.
    """

    model: Any
    stages: tuple[str, ...]


class BackboneFamily(ABC):
    """One kind of image network, built to the size of the pictures.

    Attributes:
        Config: Its options.
        min_size: Smallest height and width in pixels that it can read.
        pretrained: Whether `weights` may be given.
    """

    Config: ClassVar[type[BackboneConfig]] = BackboneConfig
    min_size: ClassVar[int] = 16
    pretrained: ClassVar[bool] = False

    @classmethod
    def create(
        cls, name: str, image: ImageSpec, config: BackboneConfig, weights: str | None
    ) -> Backbone:
        """Check what was asked for, then build.

        Raises:
            ConfigError: If the picture is too small or the weights cannot be had.
        """
        if min(image.height, image.width) < cls.min_size:
            problem = (
                f"backbone {name!r} needs pictures of at least {cls.min_size} × "
                f"{cls.min_size} pixels; these are {image.height} × {image.width}"
            )
            raise ConfigError(problem, fix=f"Use --size {cls.min_size} or more.")
        if weights is not None and not cls.pretrained:
            problem = f"backbone {name!r} has no pretrained weights"
            raise ConfigError(problem, fix="Leave --weights out, or use resnet50.")
        return cls.build(image, config, weights)

    @classmethod
    @abstractmethod
    def build(
        cls, image: ImageSpec, config: BackboneConfig, weights: str | None
    ) -> Backbone:
        """Return the network for pictures of this size.

        Args:
            image: Size and bands of the pictures.
            config: The options.
            weights: None for random values, "imagenet", or a weights file.
        """
