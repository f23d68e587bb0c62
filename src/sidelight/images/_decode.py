"""One picture file: what its header says, and its pixels."""

from __future__ import annotations

import io
import warnings
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
ALPHA_MODES = {"LA", "PA", "RGBA", "La", "RGBa", "RGBX"}


class UnusableImageError(Exception):
    """A picture cannot be used; the text says why, for one line of a longer list."""


@dataclass(frozen=True, slots=True)
class Header:
    """What is known of a picture without decoding it: upright size and bands."""

    height: int
    width: int
    bands: int


def read_header(path: Path) -> Header:
    """Read a picture's size and kind.

    Raises:
        UnusableImageError: If it is no picture, too large, or of a refused kind.
    """
    with _opened(path) as image:
        width, height = image.size
        if image.getexif().get(0x0112, 1) >= 5:  # orientations that swap the sides
            width, height = height, width
        grey = image.mode in GREY_MODES or (image.mode in ("LA", "La"))
        return Header(height, width, 1 if grey else 3)


def decode(data: bytes, rule: ImageRule) -> NDArray[np.uint8]:
    """Return the pixels of a picture file's contents under a rule.

    Raises:
        UnusableImageError: If it is no picture, truncated, too large or refused.
    """
    with _opened(io.BytesIO(data)) as image:
        try:
            image.load()
            upright = ImageOps.exif_transpose(image)
            return rule.apply(_opaque(upright))
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            problem = f"cannot be decoded: {error}"
            raise UnusableImageError(problem) from error


def _opened(source: Path | io.BytesIO) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # Pillow warns about large pictures; the limit below is the one that holds.
            warnings.simplefilter("ignore")
            image = Image.open(source)
    except Image.DecompressionBombError as error:
        raise UnusableImageError(_too_large()) from error
    except (UnidentifiedImageError, SyntaxError, ValueError, EOFError) as error:
        problem = "is not a picture, whatever its name says"
        raise UnusableImageError(problem) from error
    if image.width * image.height > MAX_PIXELS:
        image.close()
        raise UnusableImageError(_too_large(image.width, image.height))
    if image.mode not in GREY_MODES | COLOR_MODES | ALPHA_MODES | {"P"}:
        mode = image.mode
        image.close()
        problem = (
            f"has mode {mode!r}, more than 8 bits a band; convert it to 8 bits first "
            "with a scaling that suits your data"
        )
        raise UnusableImageError(problem)
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
