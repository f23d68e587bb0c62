"""What every picture format gives: a header, and pixels of any depth and band count."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from sidelight.registry import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from PIL import Image

# Above this a file of a few kilobytes could fill the memory; 13,400 pixels squared.
MAX_PIXELS = 178_956_970
# All bands together; four such pictures.
MAX_SAMPLES = 4 * MAX_PIXELS
# What a format is recognised by lies in a file's first bytes.
HEAD_BYTES = 132

Depth = Literal["uint8", "uint16", "int16", "float16"]


class UnusableImageError(Exception):
    """A picture cannot be used; the text says why, for one line of a longer list."""


@dataclass(frozen=True, slots=True)
class Header:
    """What is known of a picture without decoding it.

    Attributes:
        height: Rows of pixels, upright.
        width: Columns of pixels, upright.
        bands: How many values a pixel has, transparency not counted.
        depth: What they are; "float16" for everything that neither 8 nor 16 bits hold.
        names: The bands' names, as far as the file has any.
        masked: Whether the file says where it has no data.
        window: Whether the file says which values are to be seen; None where its format
            has no such thing.
    """

    height: int
    width: int
    bands: int
    depth: Depth = "uint8"
    names: tuple[str, ...] = ()
    masked: bool = False
    window: bool | None = None


@dataclass(frozen=True, slots=True)
class Raster:
    """Decoded pixels that are more than an 8-bit picture.

    Attributes:
        values: `(height, width, bands)`, of the file's own dtype.
        valid: Where there is data, `(height, width)` or `(height, width, bands)`; None
            where the file does not say. What is not a finite number is never data.
        names: The bands' names; empty strings where a band has none.
    """

    values: NDArray[np.generic]
    valid: NDArray[np.bool_] | None = None
    names: tuple[str, ...] = ()


class Format(Protocol):
    """A way pictures are stored.

    Each method takes `picked`: whether bands will be picked by number or name. Then a
    band of transparency is a band like any other.
    """

    def recognises(self, head: bytes) -> bool:
        """Return whether a file that begins with these bytes is of this format."""
        ...

    def header(self, source: Path | bytes, *, picked: bool) -> Header:
        """Return what is known of a file, or of a file's contents, without decoding.

        Raises:
            UnusableImageError: If the file cannot be used.
        """
        ...

    def read(self, data: bytes, *, picked: bool, window: bool) -> Image.Image | Raster:
        """Return the pixels of a file's contents.

        Args:
            data: The contents.
            picked: Whether bands will be picked.
            window: Whether the file's own window of values is applied.

        Raises:
            UnusableImageError: If the contents cannot be used.
        """
        ...


def format_of(head: bytes) -> Format:
    """Return the format of a file that begins with these bytes.

    What no format recognises is left to Pillow, which knows why it is no picture.

    Raises:
        UnusableImageError: If the file is empty.
    """
    if not head:
        problem = "is an empty file (0 bytes)"
        raise UnusableImageError(problem)
    formats = _formats()
    found = (f for f in formats.values() if f.recognises(head))
    return next(found, formats["pillow"])


@cache  # asked for every picture
def _formats() -> dict[str, Format]:
    return {entry.name: entry.obj() for entry in FORMATS.entries()}


def depth_of(dtype: np.dtype[np.generic]) -> Depth:
    """Return the depth in which values of a dtype are packed.

    Raises:
        UnusableImageError: If they are not real numbers.
    """
    if dtype.kind not in "biuf":
        problem = f"holds values of type {dtype}; save real numbers"
        raise UnusableImageError(problem)
    dtype = dtype.newbyteorder("=")  # a file's order of bytes says nothing of values
    if dtype.kind == "b" or dtype == np.uint8:
        return "uint8"
    if dtype == np.uint16:
        return "uint16"
    return "int16" if dtype in (np.int8, np.int16) else "float16"


def check_size(height: int, width: int, bands: int = 1) -> None:
    """Refuse what would fill the memory.

    Raises:
        UnusableImageError: If the picture is too large, or has no pixels.
    """
    if min(height, width, bands) < 1:
        problem = f"has no pixels ({height} × {width}, {bands} bands)"
        raise UnusableImageError(problem)
    if height * width > MAX_PIXELS or height * width * bands > MAX_SAMPLES:
        raise UnusableImageError(too_large(width, height))


def too_large(width: int | None = None, height: int | None = None) -> str:
    """Return why a picture is refused that would fill the memory."""
    size = f"{width} × {height} pixels" if width else "far too many pixels"
    return f"would decode to {size}, more than {MAX_PIXELS // 10**6} million; cut it up"
