"""The one rule by which a picture of any size becomes an array of the model's size."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import Image

from sidelight.errors import ConfigError
from sidelight.schema import Record

if TYPE_CHECKING:
    from numpy.typing import NDArray

Resize = Literal["stretch", "pad", "crop"]
LARGEST = 4096
# Counted up when the same rule comes to give other pixels: packs must not mix them.
ARITHMETIC = 1


class ImageRule(Record):
    """Size, bands, and what is done with another aspect; stored with the run.

    A picture at least twice as large as needed is first averaged over whole blocks of
    pixels, 2 × 2, 3 × 3, …; then Pillow's bilinear filter does the rest. The result
    depends on the decoded pixels only, not on the file's format, so that an exported
    model can do the same.

    Attributes:
        height: Rows of pixels.
        width: Columns of pixels.
        bands: 1 for grey, 3 for red, green and blue.
        resize: "stretch" fits both sides, "pad" keeps the aspect and adds black,
            "crop" keeps the aspect and cuts the longer side, both centred.
    """

    height: int
    width: int
    bands: Literal[1, 3]
    resize: Resize = "stretch"

    @property
    def key(self) -> str:
        """A short name that differs wherever the resulting pixels may differ."""
        text = f"{ARITHMETIC} {self.model_dump_json()}"
        digest = hashlib.blake2b(text.encode(), digest_size=4).hexdigest()
        return f"{self.height}x{self.width}x{self.bands}-{self.resize}-{digest}"

    def apply(self, image: Image.Image) -> NDArray[np.uint8]:
        """Return an upright picture in mode L or RGB as `(height, width, bands)`."""
        mode = "L" if self.bands == 1 else "RGB"
        if image.mode != mode:  # converting to the same mode would copy
            image = image.convert(mode)
        size = (self.width, self.height)
        if image.size != size:
            image = {
                "stretch": self._stretch,
                "pad": self._pad,
                "crop": self._crop,
            }[self.resize](image)
        pixels = np.asarray(image, dtype=np.uint8)
        return pixels[..., None] if self.bands == 1 else pixels

    def _stretch(self, image: Image.Image) -> Image.Image:
        return _resized(image, (self.width, self.height))

    def _pad(self, image: Image.Image) -> Image.Image:
        scale = min(self.width / image.width, self.height / image.height)
        inner = (
            max(1, min(self.width, round(image.width * scale))),
            max(1, min(self.height, round(image.height * scale))),
        )
        canvas = Image.new(image.mode, (self.width, self.height))
        corner = ((self.width - inner[0]) // 2, (self.height - inner[1]) // 2)
        canvas.paste(_resized(image, inner), corner)
        return canvas

    def _crop(self, image: Image.Image) -> Image.Image:
        scale = max(self.width / image.width, self.height / image.height)
        width, height = self.width / scale, self.height / scale
        left, top = (image.width - width) / 2, (image.height - height) / 2
        box = (left, top, left + width, top + height)
        return _resized(image, (self.width, self.height), box)


def _resized(
    image: Image.Image,
    size: tuple[int, int],
    box: tuple[float, float, float, float] | None = None,
) -> Image.Image:
    return image.resize(size, Image.Resampling.BILINEAR, box=box, reducing_gap=1.0)


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
