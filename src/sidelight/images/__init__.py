"""References to pictures in, packed pixels out."""

from sidelight.images._decode import decode, read_header
from sidelight.images._pack import Packed, pack
from sidelight.images._preview import preview, thumbnail
from sidelight.images._rule import ImageRule, parse_bands, parse_size
from sidelight.images._scale import check_percentiles, fit_scale
from sidelight.images._store import Pack
from sidelight.images._survey import Surveyed, survey
from sidelight.images.formats import UnusableImageError

__all__ = [
    "ImageRule",
    "Pack",
    "Packed",
    "Surveyed",
    "UnusableImageError",
    "check_percentiles",
    "decode",
    "fit_scale",
    "pack",
    "parse_bands",
    "parse_size",
    "preview",
    "read_header",
    "survey",
    "thumbnail",
]
