"""Registered Keras 3 layers that fusions, encoders and backbones are made of."""

from sidelight.nn.layers.channel_scaling import ChannelScaling
from sidelight.nn.layers.modulate import Modulate
from sidelight.nn.layers.one_hot_columns import OneHotColumns
from sidelight.nn.layers.random_brightness import RandomBrightness
from sidelight.nn.layers.random_flip import RandomFlip
from sidelight.nn.layers.random_shift import RandomShift
from sidelight.nn.layers.tile_like import TileLike

__all__ = [
    "ChannelScaling",
    "Modulate",
    "OneHotColumns",
    "RandomBrightness",
    "RandomFlip",
    "RandomShift",
    "TileLike",
]
