"""One picture file: what its header says, and its pixels."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from sidelight.images._rule import ImageRule

# Above this a file of a few kilobytes could fill the memory; 13,400 pixels squared.
MAX_PIXELS = 178_956_970
GREY_MODES = {"1", "L"}
COLOR_MODES = {"RGB", "CMYK", "YCbCr", "LAB", "HSV"}
ALPHA_MODES = {"LA", "PA", "RGBA", "La", "RGBa"}
# Pillow opens more, but some formats start other programs, such as Ghostscript.
FORMATS = {
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


class UnusableImageError(Exception):
    """A picture cannot be used; the text says why, for one line of a longer list."""


@dataclass(frozen=True, slots=True)
class Header:
    """What is known of a picture without decoding it: upright size and bands."""

    height: int
    width: int
    bands: int


@contextmanager
def quiet() -> Iterator[None]:
    """Silence Pillow's warnings about large or odd files while threads read them.

    The filters belong to the whole process, so this stands around the threads, never
    inside one of them. What cannot be used is an error with a row, not a warning.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def read_header(path: Path) -> Header:
    """Read a picture's size and kind.

    Raises:
        UnusableImageError: If it is no picture, too large, or of a refused kind.
    """
    with _opened(path) as image:
        width, height = image.size
        if _is_on_its_side(image):
            width, height = height, width
        grey = image.mode in GREY_MODES or image.mode in ("LA", "La")
        return Header(height, width, 1 if grey else 3)


def _is_on_its_side(image: Image.Image) -> bool:
    if image.format == "TIFF":  # Pillow gives a TIFF's size as it is seen
        return False
    # A PNG's own getexif decodes the whole picture to look behind the pixels.
    try:
        return int(Image.Image.getexif(image).get(0x0112, 1)) in (5, 6, 7, 8)
    except (OSError, *DAMAGE):
        return False


def decode(data: bytes, rule: ImageRule) -> NDArray[np.uint8]:
    """Return the pixels of a picture file's contents under a rule.

    Raises:
        UnusableImageError: If it is no picture, truncated, too large or refused.
    """
    with _opened(io.BytesIO(data)) as image:
        try:
            image.load()
            return rule.apply(_opaque(_upright(image)))
        except (OSError, *DAMAGE) as error:
            problem = f"cannot be decoded: {error}"
            raise UnusableImageError(problem) from error


def _opened(source: Path | io.BytesIO) -> Image.Image:
    try:
        image = Image.open(source)
    except Image.DecompressionBombError as error:
        raise UnusableImageError(_too_large()) from error
    except (UnidentifiedImageError, *DAMAGE) as error:
        problem = "is not a picture, whatever its name says"
        raise UnusableImageError(problem) from error
    except OSError as error:
        if error.errno is not None:  # the file system's, not the decoder's
            raise
        problem = f"cannot be decoded: {error}"
        raise UnusableImageError(problem) from error
    if image.format not in FORMATS:
        image.close()
        problem = f"is of the format {image.format}; convert it to PNG or JPEG first"
        raise UnusableImageError(problem)
    if image.width * image.height > MAX_PIXELS:
        image.close()
        raise UnusableImageError(_too_large(image.width, image.height))
    mode = _raw_mode(image)
    known = GREY_MODES | COLOR_MODES | ALPHA_MODES | {"P", "RGBX"}
    if image.mode not in known or mode.endswith(DEEP):
        image.close()
        problem = (
            f"has mode {mode!r}, more than 8 bits a band; convert it to 8 bits first "
            "with a scaling that suits your data"
        )
        raise UnusableImageError(problem)
    return image


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


def _upright(image: Image.Image) -> Image.Image:
    # If the pixels are sound and only what is said about them is not, they are used.
    with suppress(*DAMAGE):
        ImageOps.exif_transpose(image, in_place=True)  # copies nothing if upright
    return image


def _too_large(width: int | None = None, height: int | None = None) -> str:
    size = f"{width} × {height} pixels" if width else "far too many pixels"
    return f"would decode to {size}, more than {MAX_PIXELS // 10**6} million; cut it up"


def _opaque(image: Image.Image) -> Image.Image:
    """Return the picture without transparency, on white where there was some."""
    if image.mode not in ALPHA_MODES and "transparency" not in image.info:
        return image if image.mode != "P" else image.convert("RGB")
    grey = image.mode in ("LA", "La")
    front = image.convert("RGBA")
    white = Image.new("RGBA", front.size, (255, 255, 255, 255))
    flat = Image.alpha_composite(white, front)
    return flat.convert("L" if grey else "RGB")
