"""TIFF: what is a plain 8-bit picture by Pillow, everything else by GDAL."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from PIL.TiffImagePlugin import COMPRESSION_INFO, ImageFileDirectory_v2

from sidelight.pixels.formats import _gdal
from sidelight.pixels.formats import pillow as plain
from sidelight.pixels.formats._base import Header, Raster
from sidelight.registry import FORMATS

if TYPE_CHECKING:
    from PIL import Image

MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
BIG = (b"II+\0", b"MM\0+")
DRIVER = "GTiff"
# Tags of TIFF 6.0, and GDAL's own for nodata.
REDUCED, BITS, COMPRESSION, SAMPLES, EXTRA = 254, 258, 259, 277, 338
SAMPLE_FORMAT, NODATA = 339, 42113
UNSPECIFIED, UNSIGNED, UNCOMPRESSED = 0, 1, 1


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

    def header(self, source: Path | bytes, *, picked: bool) -> Header:
        """Return what is known without decoding."""
        if not picked and _is_shallow(source):
            with plain.opened(source) as image:
                if not _has_pages(image):
                    return plain.header_of(image)
        return _gdal.header(source, DRIVER, picked=picked)

    def read(self, data: bytes, *, picked: bool, window: bool) -> Image.Image | Raster:
        """Return the pixels of a file's contents."""
        del window
        if not picked and _is_shallow(data):
            with plain.opened(data) as image:
                if not _has_pages(image):
                    return plain.pixels_of(image)
        return _gdal.read(data, DRIVER, picked=picked)


def _is_shallow(source: Path | bytes) -> bool:
    """Return whether the first page is a picture of 8 bits, by its tags alone.

    Pillow itself would write a line of log for each file that it cannot decode.
    """
    try:
        with (
            source.open("rb")
            if isinstance(source, Path)
            else io.BytesIO(source) as file
        ):
            head = file.read(8)
            tags = ImageFileDirectory_v2(head + file.read(8 * head.startswith(BIG)))
            file.seek(tags.next)
            tags.load(file)
            samples = int(tags.get(SAMPLES, 1))
            bits = tags.get(BITS, (1,))
            kinds = tags.get(SAMPLE_FORMAT, (UNSIGNED,))
            # Pillow drops a band that nobody says is transparency, or takes it for it.
            unnamed = UNSPECIFIED in tags.get(EXTRA, ())
            # LERC and others are known to GDAL alone.
            known = tags.get(COMPRESSION, UNCOMPRESSED) in COMPRESSION_INFO
    except plain.DAMAGE:
        return False
    whole = max(bits) <= 8 and set(kinds) == {UNSIGNED}
    return samples <= 4 and whole and known and not unnamed and NODATA not in tags


def _has_pages(image: Image.Image) -> bool:
    """Return whether there is a second picture, not only smaller copies.

    Raises:
        UnusableImageError: If what follows the first is damaged.
    """
    with plain.decoding():
        if getattr(image, "n_frames", 1) == 1:
            return False
        try:
            for number in range(1, image.n_frames):  # type: ignore[attr-defined]
                image.seek(number)
                if not image.tag_v2.get(REDUCED):  # type: ignore[attr-defined]
                    return True
            return False
        finally:
            image.seek(0)
