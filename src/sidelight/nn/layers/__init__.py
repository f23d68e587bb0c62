"""Registered Keras 3 layers that fusions, encoders and backbones are made of."""

from sidelight.nn.layers.absent import AbsentColumns, AbsentMap
from sidelight.nn.layers.angle_multiples import AngleMultiples
from sidelight.nn.layers.band_scaling import BandScaling
from sidelight.nn.layers.blend import Blend
from sidelight.nn.layers.channel_scaling import ChannelScaling
from sidelight.nn.layers.column_tokens import ColumnTokens
from sidelight.nn.layers.cumulative_link import CumulativeLink
from sidelight.nn.layers.dense_logits import DenseLogits
from sidelight.nn.layers.embed_columns import EmbedColumns
from sidelight.nn.layers.fold_pictures import FoldPictures, RepeatRows, UnfoldPictures
from sidelight.nn.layers.gate import Gate
from sidelight.nn.layers.generated_linear import GeneratedLinear
from sidelight.nn.layers.hashed_rows import HashedRows
from sidelight.nn.layers.location_grid import LocationGrid
from sidelight.nn.layers.log_answers import LogAnswers
from sidelight.nn.layers.mix_experts import MixExperts
from sidelight.nn.layers.modulate import Modulate
from sidelight.nn.layers.one_hot_columns import OneHotColumns
from sidelight.nn.layers.periodic_columns import PeriodicColumns
from sidelight.nn.layers.piecewise_bins import PiecewiseBins
from sidelight.nn.layers.pool_pictures import AttendPictures, MaxPictures, MeanPictures
from sidelight.nn.layers.position_embedding import PositionEmbedding
from sidelight.nn.layers.position_scores import PositionScores
from sidelight.nn.layers.random_absence import RandomAbsence
from sidelight.nn.layers.random_brightness import RandomBrightness
from sidelight.nn.layers.random_flip import RandomFlip
from sidelight.nn.layers.random_shift import RandomShift
from sidelight.nn.layers.rezero import ReZero
from sidelight.nn.layers.sine_dense import SineDense
from sidelight.nn.layers.spherical_harmonics import SphericalHarmonics
from sidelight.nn.layers.take_columns import TakeColumns
from sidelight.nn.layers.tile_like import TileLike
from sidelight.nn.layers.where_present import WherePresent
from sidelight.nn.layers.wrapped_angles import WrappedAngles

__all__ = [
    "AbsentColumns",
    "AbsentMap",
    "AngleMultiples",
    "AttendPictures",
    "BandScaling",
    "Blend",
    "ChannelScaling",
    "ColumnTokens",
    "CumulativeLink",
    "DenseLogits",
    "EmbedColumns",
    "FoldPictures",
    "Gate",
    "GeneratedLinear",
    "HashedRows",
    "LocationGrid",
    "LogAnswers",
    "MaxPictures",
    "MeanPictures",
    "MixExperts",
    "Modulate",
    "OneHotColumns",
    "PeriodicColumns",
    "PiecewiseBins",
    "PositionEmbedding",
    "PositionScores",
    "RandomAbsence",
    "RandomBrightness",
    "RandomFlip",
    "RandomShift",
    "ReZero",
    "RepeatRows",
    "SineDense",
    "SphericalHarmonics",
    "TakeColumns",
    "TileLike",
    "UnfoldPictures",
    "WherePresent",
    "WrappedAngles",
]
