"""Networks: everything here is arithmetic on tensors and runs on any Keras backend.

Importing this room registers every layer that a saved model may hold.
"""

from sidelight.nn.augment import AugmentConfig, build_augmentation
from sidelight.nn.build import BackboneLayers, assemble, build, make_fusion
from sidelight.nn.fuse import fuse
from sidelight.nn.layers import (
    ChannelScaling,
    Modulate,
    OneHotColumns,
    RandomBrightness,
    RandomFlip,
    RandomShift,
    TileLike,
)
from sidelight.nn.split import split

__all__ = [
    "AugmentConfig",
    "BackboneLayers",
    "ChannelScaling",
    "Modulate",
    "OneHotColumns",
    "RandomBrightness",
    "RandomFlip",
    "RandomShift",
    "TileLike",
    "assemble",
    "build",
    "build_augmentation",
    "fuse",
    "make_fusion",
    "split",
]
