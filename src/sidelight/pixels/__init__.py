"""One picture file in, its pixels under a rule out."""

from sidelight.pixels._decode import decode, quiet, read_header
from sidelight.pixels._preview import preview, thumbnail
from sidelight.pixels._resize import Resize
from sidelight.pixels._rule import ImageRule, parse_bands, parse_size
from sidelight.pixels._values import nothing, packed, pick_bands
from sidelight.pixels.formats import Depth, Header, Raster, UnusableImageError

__all__ = [
    "Depth",
    "Header",
    "ImageRule",
    "Raster",
    "Resize",
    "UnusableImageError",
    "decode",
    "nothing",
    "packed",
    "parse_bands",
    "parse_size",
    "pick_bands",
    "preview",
    "quiet",
    "read_header",
    "thumbnail",
]
