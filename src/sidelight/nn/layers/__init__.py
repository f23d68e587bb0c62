"""Registered Keras 3 layers that fusions, encoders and backbones are made of."""

from sidelight.nn.layers.blend import Blend
from sidelight.nn.layers.channel_scaling import ChannelScaling
from sidelight.nn.layers.column_tokens import ColumnTokens
from sidelight.nn.layers.gate import Gate
from sidelight.nn.layers.generated_linear import GeneratedLinear
from sidelight.nn.layers.mix_experts import MixExperts
from sidelight.nn.layers.modulate import Modulate
from sidelight.nn.layers.one_hot_columns import OneHotColumns
from sidelight.nn.layers.position_embedding import PositionEmbedding
from sidelight.nn.layers.position_scores import PositionScores
from sidelight.nn.layers.random_brightness import RandomBrightness
from sidelight.nn.layers.random_flip import RandomFlip
from sidelight.nn.layers.random_shift import RandomShift
from sidelight.nn.layers.rezero import ReZero
from sidelight.nn.layers.tile_like import TileLike

__all__ = [
    "Blend",
    "ChannelScaling",
    "ColumnTokens",
    "Gate",
    "GeneratedLinear",
    "MixExperts",
    "Modulate",
    "OneHotColumns",
    "PositionEmbedding",
    "PositionScores",
    "RandomBrightness",
    "RandomFlip",
    "RandomShift",
    "ReZero",
    "TileLike",
]
