"""Pictures in which there is nothing to see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sidelight.audit._context import Context, counted, verb
from sidelight.audit._finding import Finding
from sidelight.registry import CHECKS

if TYPE_CHECKING:
    from numpy.typing import NDArray

FLAT = 1.0  # standard deviation of a thumbnail's pixels, in steps of 255
MANY = 0.01
PIECE = 4096  # pictures that are looked at together


@CHECKS.register(
    "blank_pictures",
    summary="pictures of one colour: black, white, a lens cap",
    capabilities={"pixels"},
)
def find(context: Context) -> list[Finding]:
    """Say which pictures show nothing."""
    files = context.files
    if files is None:
        return []
    blank = np.flatnonzero(files.usable & is_blank(files.pixels))
    number = len(blank)
    if not number:
        return []
    return [
        context.finding(
            "blank_pictures",
            "warning" if number >= max(3, MANY * len(context)) else "note",
            f"{counted(number, 'picture')} {verb(number, 'is', 'are')} of one colour.",
            column=context.table.schema.image,
            where=files.rows[blank],
            values=[str(files.pixels[place, 0, 0].tolist()) for place in blank[:5]],
            files=files.paths(blank),
            fix="Leave these rows out unless they are meant to show nothing.",
        )
    ]


def is_blank(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return `(pictures,)` bool, which `(pictures, h, w, bands)` are of one colour."""
    blank = np.zeros(len(pixels), bool)
    for start in range(0, len(pixels), PIECE):  # as floats they take four times as much
        piece = pixels[start : start + PIECE]
        rows = piece.reshape(len(piece), -1, piece.shape[-1])
        spread = rows.std(axis=1, dtype=np.float32).max(axis=1)
        blank[start : start + PIECE] = spread < FLAT
    return blank
