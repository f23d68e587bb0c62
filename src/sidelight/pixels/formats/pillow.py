"""Pictures of 8 bits a band, and grey ones of 16, as Pillow reads them."""

from __future__ import annotations

import io
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from sidelight.pixels.formats import _gdal
from sidelight.pixels.formats._base import (
    MAX_PIXELS,
    Header,
    Raster,
    UnusableImageError,
    too_large,
)
from sidelight.pixels.formats._color import to_srgb
from sidelight.registry import FORMATS

GREY_MODES = {"1", "L"}
COLOR_MODES = {"RGB", "CMYK", "YCbCr", "LAB", "HSV"}
ALPHA_MODES = {"LA", "PA", "RGBA", "La", "RGBa"}
KNOWN_MODES = GREY_MODES | COLOR_MODES | ALPHA_MODES | {"P", "RGBX"}
GREY_16 = {"I;16", "I;16B", "I;16L", "I;16N"}
# Pillow opens more, but some formats start other programs, such as Ghostscript.
KINDS = {
    "AVIF", "BMP", "DIB", "GIF", "JPEG", "JPEG2000", "MPO", "PCX", "PNG", "PPM", "QOI",
    "SGI", "TGA", "TIFF", "WEBP",
}  # fmt: skip
# How the name of a file's own mode ends where a band has 16 bits.
DEEP = (";16", ";16B", ";16L", ";16N", ";16S", ";16BS")
# What Pillow's readers let through on damaged files, beside OSError.
DAMAGE = (
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    OverflowError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


@FORMATS.register(
    "pillow", summary="JPEG, PNG, WebP, BMP, GIF (first frame), AVIF, …; 16-bit PNG"
)
class PillowFormat:
    """Everyday pictures; what cannot be opened is refused here, with the reason."""

    def recognises(self, head: bytes) -> bool:
        """Return False: it takes what no other format recognises."""
        del head
        return False

    def header(self, source: Path | bytes, *, picked: bool) -> Header:
        """Return what is known without decoding."""
        with opened(source) as image:
            if is_deep(image):
                if needs_gdal(image):
                    return _gdal.header(source, "PNG", picked=picked)
                return Header(*_upright_size(image), 1, "uint16")
            return header_of(image)

    def read(self, data: bytes, *, picked: bool, window: bool) -> Image.Image | Raster:
        """Return an opaque sRGB or grey picture, upright; grey of 16 bits as values."""
        del window
        with opened(data) as image:
            if not is_deep(image):
                return pixels_of(image)
            if needs_gdal(image):
                return _gdal.read(data, "PNG", picked=picked)
            with decoding():
                image.load()
                values = np.asarray(upright(image)).astype(np.uint16)
            return Raster(values[..., None])


def opened(source: Path | bytes) -> Image.Image:
    """Return a picture of a known kind and of bearable size, not decoded yet.

    Raises:
        UnusableImageError: If it is none.
    """
    try:
        image = Image.open(io.BytesIO(source) if isinstance(source, bytes) else source)
    except Image.DecompressionBombError as error:
        raise UnusableImageError(too_large()) from error
    except (UnidentifiedImageError, *DAMAGE) as error:
        problem = "is not a picture, whatever its name says"
        raise UnusableImageError(problem) from error
    except OSError as error:
        if error.errno is not None:  # the file system's, not the decoder's
            raise
        problem = f"cannot be decoded: {error}"
        raise UnusableImageError(problem) from error
    problem = _refusal(image)
    if problem:
        image.close()
        raise UnusableImageError(problem)
    return image


def _refusal(image: Image.Image) -> str:
    if image.format not in KINDS:
        return f"is of the format {image.format}; convert it to PNG or JPEG first"
    if image.width * image.height > MAX_PIXELS:
        return too_large(image.width, image.height)
    readable = image.mode in GREY_16 or image.format == "PNG"  # or GDAL reads it
    if readable or (image.mode in KNOWN_MODES and not is_deep(image)):
        return ""
    return (
        f"has mode {_raw_mode(image)!r}, more than 8 bits a band, which is not read "
        f"from {image.format}; save it as TIFF, PNG or .npy"
    )


def is_deep(image: Image.Image) -> bool:
    """Return whether a band has more than 8 bits, in the file."""
    return image.mode not in KNOWN_MODES or _raw_mode(image).endswith(DEEP)


def needs_gdal(image: Image.Image) -> bool:
    """Return whether Pillow would drop the lower half of every value."""
    return image.mode not in GREY_16


def _raw_mode(image: Image.Image) -> str:
    """Return the mode as it stands in the file.

    Pillow opens 16-bit colour as "RGB" and drops the lower bytes; only the decoder's
    arguments tell.
    """
    tiles = getattr(image, "tile", None)
    arguments = tiles[0][3] if tiles else None
    raw = arguments[0] if isinstance(arguments, tuple) and arguments else arguments
    deep = isinstance(raw, str) and raw.endswith(DEEP) and not raw.startswith("BGR")
    return str(raw) if deep else image.mode


def header_of(image: Image.Image) -> Header:
    """Return the header of an 8-bit picture."""
    grey = image.mode in GREY_MODES or image.mode in ("LA", "La")
    return Header(*_upright_size(image), 1 if grey else 3)


def _upright_size(image: Image.Image) -> tuple[int, int]:
    """Return height and width of the picture turned as its EXIF says."""
    width, height = image.size
    return (width, height) if _is_on_its_side(image) else (height, width)


def _is_on_its_side(image: Image.Image) -> bool:
    if image.format == "TIFF":  # Pillow gives a TIFF's size as it is seen
        return False
    # A PNG's own getexif decodes the whole picture to look behind the pixels.
    try:
        return int(Image.Image.getexif(image).get(0x0112, 1)) in (5, 6, 7, 8)
    except (OSError, *DAMAGE):
        return False


def pixels_of(image: Image.Image) -> Image.Image:
    """Decode an 8-bit picture: upright, in sRGB or grey, on white where transparent.

    Raises:
        UnusableImageError: If it is damaged.
    """
    with decoding():
        image.load()
        return _opaque(to_srgb(upright(image)))


class decoding:
    """Turn what a decoder throws on damaged files into a reason."""

    def __enter__(self) -> None:
        """Do nothing yet."""

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        """Give the reason."""
        if isinstance(error, (OSError, *DAMAGE)):
            problem = f"cannot be decoded: {error}"
            raise UnusableImageError(problem) from error


def upright(image: Image.Image) -> Image.Image:
    """Return the picture turned as its EXIF says."""
    # If the pixels are sound and only what is said about them is not, they are used.
    with suppress(*DAMAGE):
        ImageOps.exif_transpose(image, in_place=True)  # copies nothing if upright
    return image


def _opaque(image: Image.Image) -> Image.Image:
    """Return the picture without transparency, on white where there was some."""
    if image.mode not in ALPHA_MODES and "transparency" not in image.info:
        return image if image.mode != "P" else image.convert("RGB")
    grey = image.mode in ("LA", "La")
    front = image.convert("RGBA")
    white = Image.new("RGBA", front.size, (255, 255, 255, 255))
    flat = Image.alpha_composite(white, front)
    return flat.convert("L" if grey else "RGB")
