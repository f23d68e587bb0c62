"""The contract of a backbone: a functional model, and where its stages end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

from sidelight.errors import ConfigError, nearest
from sidelight.schema import ImageSpec, Record

IMAGENET = "imagenet"


class BackboneConfig(Record):
    """Options of a backbone; every backbone has a subclass, perhaps without fields."""


class PretrainedConfig(BackboneConfig):
    """Options of a backbone with pretrained weights.

    Attributes:
        widen: What is done where pretrained weights meet pictures of neither one nor
            three bands: "error" refuses, "average" gives every band the mean of the
            first kernel over its three bands, scaled so that the response to a picture
            with equal bands stays the same.
    """

    widen: Literal["error", "average"] = "error"


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

    def layers_by_stage(self) -> tuple[tuple[str, ...], ...]:
        """Return the names of all layers, one group for each stage.

        A layer belongs to the first stage that ends at it or behind it.
        """
        groups: list[tuple[str, ...]] = []
        group: list[str] = []
        for layer in self.model.layers:
            group.append(layer.name)
            if (
                len(groups) < len(self.stages)
                and layer.name == self.stages[len(groups)]
            ):
                groups.append(tuple(group))
                group = []
        return tuple(groups)


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
            ConfigError: If the picture is too small, the weights cannot be had, or
                they read another number of bands and nothing says what to do.
            MissingPackageError: If the package that holds the weights is missing.
        """
        if min(image.height, image.width) < cls.min_size:
            problem = (
                f"backbone {name!r} needs pictures of at least {cls.min_size} × "
                f"{cls.min_size} pixels; these are {image.height} × {image.width}"
            )
            raise ConfigError(problem, fix=f"Use --size {cls.min_size} or more.")
        if weights is not None:
            cls._check_weights(name, image, config, weights)
        return cls.build(image, config, weights)

    @classmethod
    def _check_weights(
        cls, name: str, image: ImageSpec, config: BackboneConfig, weights: str
    ) -> None:
        if not cls.pretrained:
            problem = f"backbone {name!r} has no pretrained weights"
            fix = "Leave --weights out, or use --backbone efficientnet_lite0."
            raise ConfigError(problem, fix=fix)
        if weights != IMAGENET and not Path(weights).is_file():
            close = nearest(weights, [IMAGENET])
            hint = f"Did you mean {close[0]!r}? " if close else ""
            problem = f"there is no weights file {weights!r}"
            raise ConfigError(problem, fix=f"{hint}Give imagenet or a file's path.")
        widen = getattr(config, "widen", "error")
        if image.bands not in (1, 3) and widen == "error":
            problem = (
                f"pretrained weights read 3 bands; the pictures have {image.bands}"
            )
            fix = (
                "Use --set backbone.widen=average, which spreads the first kernel over "
                "all bands, or leave --weights out."
            )
            raise ConfigError(problem, fix=fix)

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
