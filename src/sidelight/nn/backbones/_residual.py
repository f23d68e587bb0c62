"""Convolution and residual block of the networks written here."""

from __future__ import annotations

from typing import Any

import keras


def convolution(x: Any, width: int, stride: int, name: str, *, kernel: int = 3) -> Any:
    """Return a convolution without bias and its batch norm, `(batch, h, w, width)`."""
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


def residual(x: Any, width: int, stride: int, name: str) -> Any:
    """Return two 3 × 3 convolutions added to their input, `(batch, h, w, width)`.

    Where the resolution halves, the shortcut is averaged first, so that it drops no
    pixels. The last layer is called `{name}_out`.
    """
    shortcut = x
    if stride > 1:
        shortcut = keras.layers.AveragePooling2D(
            2, padding="same", name=f"{name}_pool"
        )(x)
    if shortcut.shape[-1] != width:
        shortcut = convolution(shortcut, width, 1, f"{name}_shortcut", kernel=1)
    x = convolution(x, width, stride, f"{name}_1")
    x = keras.layers.ReLU(name=f"{name}_relu")(x)
    x = convolution(x, width, 1, f"{name}_2")
    x = keras.layers.Add(name=f"{name}_add")([x, shortcut])
    return keras.layers.ReLU(name=f"{name}_out")(x)
