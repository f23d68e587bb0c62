"""A table's pictures in, their packed pixels out."""

from sidelight.images._pack import Packed, pack
from sidelight.images._scale import check_percentiles, fit_scale
from sidelight.images._store import Pack
from sidelight.images._stream import Decoded, decoded_ahead
from sidelight.images._survey import Surveyed, survey

__all__ = [
    "Decoded",
    "Pack",
    "Packed",
    "Surveyed",
    "check_percentiles",
    "decoded_ahead",
    "fit_scale",
    "pack",
    "survey",
]
