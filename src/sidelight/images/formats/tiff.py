"""TIFF: what is a plain 8-bit picture by Pillow, everything else by GDAL."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from sidelight.images.formats import _gdal
from sidelight.images.formats import pillow as plain
from sidelight.images.formats._base import Header, Raster, UnusableImageError
from sidelight.registry import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    from PIL import Image

MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
NODATA_TAG = 42113
EXTRA_SAMPLES_TAG, UNSPECIFIED = 338, 0
REDUCED_TAG = 254
DRIVER = "GTiff"


@FORMATS.register(
    "tiff",
    summary="TIFF and GeoTIFF of any band count, 8 and 16 bits and floats; many pages",
    extra="geo",
)
class TiffFormat:
    """One page of 8-bit grey or colour is a picture; all else is a raster."""

    def recognises(self, head: bytes) -> bool:
        """Return whether the file begins as TIFF or BigTIFF do."""
        return head.startswith(MAGIC)

    def header(self, path: Path, *, picked: bool) -> Header:
        """Return what is known without decoding."""
        if not picked:
            image = _opened(path)
            if image is not None:
                with image:
                    if _is_plain(image):
                        return plain.header_of(image)
        return _gdal.header(path, DRIVER, picked=picked)

    def read(self, data: bytes, *, picked: bool, window: bool) -> Image.Image | Raster:
        """Return the pixels of a file's contents."""
        del window
        if not picked:
            image = _opened(io.BytesIO(data))
            if image is not None:
                with image:
                    if _is_plain(image):
                        return plain.pixels_of(image)
        return _gdal.read(data, DRIVER, picked=picked)


def _opened(source: Path | io.BytesIO) -> Image.Image | None:
    """Return what Pillow makes of a TIFF; None if it has no idea."""
    try:
        return plain.opened(source)
    except UnusableImageError:
        return None


def _is_plain(image: Image.Image) -> bool:
    if image.format != "TIFF" or plain.is_deep(image):
        return False
    tags = image.tag_v2  # type: ignore[attr-defined]
    # Pillow drops a band that nobody says is transparency, or takes it for that.
    unnamed = UNSPECIFIED in tags.get(EXTRA_SAMPLES_TAG, ())
    return NODATA_TAG not in tags and not unnamed and not _has_pages(image)


def _has_pages(image: Image.Image) -> bool:
    """Return whether there is a second picture, not only smaller copies."""
    if getattr(image, "n_frames", 1) == 1:
        return False
    try:
        for number in range(1, image.n_frames):  # type: ignore[attr-defined]
            image.seek(number)
            if not image.tag_v2.get(REDUCED_TAG):  # type: ignore[attr-defined]
                return True
        return False
    finally:
        image.seek(0)
