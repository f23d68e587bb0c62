"""References to pictures in, packed pixels out."""

from sidelight.images._decode import UnusableImageError, decode, read_header
from sidelight.images._pack import Packed, pack
from sidelight.images._rule import ImageRule, parse_size
from sidelight.images._store import Pack
from sidelight.images._survey import Surveyed, survey

__all__ = [
    "ImageRule",
    "Pack",
    "Packed",
    "Surveyed",
    "UnusableImageError",
    "decode",
    "pack",
    "parse_size",
    "read_header",
    "survey",
]
