"""Picture formats, one file each, chosen by a file's first bytes, never by its name."""

from sidelight.pixels.formats._base import (
    MAX_PIXELS,
    Depth,
    Header,
    Raster,
    UnusableImageError,
    format_of,
)

__all__ = [
    "MAX_PIXELS",
    "Depth",
    "Header",
    "Raster",
    "UnusableImageError",
    "format_of",
]
