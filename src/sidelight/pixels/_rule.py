"""The one rule by which a picture of any size becomes an array of the model's size."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from sidelight.errors import ConfigError
from sidelight.pixels._resize import Resize, place, resized
from sidelight.pixels.formats import Depth
from sidelight.schema import Record

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST = 4096
# Counted up when the same rule comes to give other pixels: packs must not mix them.
ARITHMETIC = 3


class ImageRule(Record):
    """Size, bands, depth, and what is done with another aspect; stored with the run.

    A picture at least twice as large as needed is first averaged over whole blocks of
    pixels, 2 × 2, 3 × 3, …; then Pillow's bilinear filter does the rest, in every band
    alike. The result depends on the decoded pixels only, not on the file's format, so
    that an exported model can do the same.

    Values of 16 bits are packed as they are, signed ones with 32,768 added; everything
    else beyond 8 bits in half-precision, to 11 significant bits. Where there is no
    data, a pack of whole numbers has 0 (and 1 for a true 0), one of half-precision NaN.

    Attributes:
        height: Rows of pixels.
        width: Columns of pixels.
        bands: 1 for grey, 3 for red, green and blue; any number for other pictures.
        resize: "stretch" fits both sides, "pad" keeps the aspect and adds black (no
            data, in deeper pictures), "crop" keeps the aspect and cuts the longer side,
            both centred.
        select: Which of a file's bands are taken, by number from 1 or by name; None
            takes all.
        depth: What the values are.
        masked: Whether some 8-bit pictures say where they have no data.
        window: Whether DICOM values are seen through the file's own window.
    """

    height: int
    width: int
    bands: int
    resize: Resize = "stretch"
    select: tuple[int | str, ...] | None = None
    depth: Depth = "uint8"
    masked: bool = False
    window: bool = False

    @property
    def key(self) -> str:
        """A short name that differs wherever the resulting pixels may differ."""
        text = f"{ARITHMETIC} {self.model_dump_json()}"
        digest = hashlib.blake2b(text.encode(), digest_size=4).hexdigest()
        size = f"{self.height}x{self.width}x{self.bands}"
        return f"{size}-{self.depth}-{self.resize}-{digest}"

    @property
    def dtype(self) -> np.dtype[Any]:
        """What a packed value is: uint8, uint16 or float16."""
        return np.dtype("uint16" if self.depth == "int16" else self.depth)

    @property
    def marks_absent(self) -> bool:
        """Whether the packed values themselves say where there is no data."""
        return self.masked or self.depth != "uint8"

    def apply(self, image: Image.Image) -> NDArray[np.uint8]:
        """Return an upright picture in mode L or RGB as `(height, width, bands)`."""
        mode = "L" if self.bands == 1 else "RGB"
        if image.mode != mode:  # converting to the same mode would copy
            image = image.convert(mode)
        size = (self.width, self.height)
        if image.size != size:
            placement = place(image.size, size, self.resize)
            inner = resized(image, placement)
            image = inner
            if inner.size != size:
                image = Image.new(mode, size)
                image.paste(inner, placement.corner)
        pixels = np.asarray(image, dtype=np.uint8)
        return pixels[..., None] if self.bands == 1 else pixels


def parse_size(text: str) -> tuple[int, int]:
    """Return height and width from "H" or "HxW".

    Raises:
        ConfigError: If the text is neither, or a side is out of range.
    """
    found = re.fullmatch(r"\s*(\d+)\s*(?:[xX×]\s*(\d+)\s*)?", text)
    if found is None:
        problem = f"{text!r} is not a size"
        raise ConfigError(problem, fix="Write pixels as --size 64 or --size 64x48.")
    height = int(found[1])
    width = int(found[2] or height)
    if not 8 <= min(height, width) <= max(height, width) <= LARGEST:
        problem = f"a size of {height} × {width} pixels is out of range"
        raise ConfigError(problem, fix=f"Use 8 to {LARGEST} pixels a side.")
    return height, width


def parse_bands(bands: str | tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Return band numbers and names from "4,3,2" or "B8,B4,B3".

    Raises:
        ConfigError: If nothing is named, or a number is below 1.
    """
    parts = bands.split(",") if isinstance(bands, str) else bands
    found = tuple(_band(part) for part in parts)
    if not found or any(band in ("", 0) for band in found):
        problem = f"{bands!r} names no bands"
        fix = "Count from 1, --bands 4,3,2, or give names, --bands B8,B4,B3."
        raise ConfigError(problem, fix=fix)
    return found


def _band(part: int | str) -> int | str:
    text = str(part).strip()
    return int(text) if text.isdecimal() else text
