"""Where a picture of any size goes in one of the model's size."""

from __future__ import annotations

from typing import Literal, NamedTuple

from PIL import Image

Resize = Literal["stretch", "pad", "crop"]


class Placement(NamedTuple):
    """Which part of a picture fills which part of the result.

    Attributes:
        box: Left, top, right and bottom of the part that is used, in pixels.
        size: Width and height that it is brought to.
        corner: Left and top of where it is put.
    """

    box: tuple[float, float, float, float]
    size: tuple[int, int]
    corner: tuple[int, int]


def place(found: tuple[int, int], wanted: tuple[int, int], resize: Resize) -> Placement:
    """Return where a picture goes.

    Args:
        found: Its width and height.
        wanted: Width and height of the result.
        resize: What is done with another aspect.
    """
    whole = (0.0, 0.0, float(found[0]), float(found[1]))
    if resize == "pad":
        scale = min(wanted[0] / found[0], wanted[1] / found[1])
        inner = (
            max(1, min(wanted[0], round(found[0] * scale))),
            max(1, min(wanted[1], round(found[1] * scale))),
        )
        corner = ((wanted[0] - inner[0]) // 2, (wanted[1] - inner[1]) // 2)
        return Placement(whole, inner, corner)
    if resize == "crop":
        scale = max(wanted[0] / found[0], wanted[1] / found[1])
        width, height = wanted[0] / scale, wanted[1] / scale
        # Rounding may put the longer side of the part a hair beyond the picture.
        left, top = max(0.0, found[0] - width) / 2, max(0.0, found[1] - height) / 2
        right, bottom = min(left + width, whole[2]), min(top + height, whole[3])
        return Placement((left, top, right, bottom), wanted, (0, 0))
    return Placement(whole, wanted, (0, 0))


def resized(image: Image.Image, placement: Placement) -> Image.Image:
    """Return the part of a picture that is used, in the size it is brought to.

    Whole blocks are averaged first, then Pillow's bilinear filter does the rest.
    """
    return image.resize(
        placement.size, Image.Resampling.BILINEAR, box=placement.box, reducing_gap=1.0
    )
