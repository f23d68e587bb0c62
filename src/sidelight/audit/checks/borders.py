"""Frames and backgrounds whose colour tells the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sidelight.audit._context import Context
from sidelight.audit._finding import Finding
from sidelight.audit._foretell import foretold
from sidelight.registry import CHECKS

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST = 100
FLAT = 12.0  # standard deviation along the border; a border of one colour is a frame
FRAMED = 0.5  # of the pictures; where fewer have a frame, it is what they show
STEP = 32  # colours nearer than that are one
TOLD, LOW, CERTAIN = 0.4, 0.25, 0.9


@CHECKS.register(
    "borders",
    summary="frames or plain backgrounds whose colour tells the target",
    capabilities={"pixels"},
)
def find(context: Context) -> list[Finding]:
    """Say whether the border of the pictures tells the answer.

    Only plain borders are judged: where the scene reaches the border, it is the scene
    that tells.
    """
    files, answer = context.files, context.answer
    if files is None or answer is None:
        return []
    seen = np.flatnonzero(files.usable & answer.known[files.rows])
    if len(seen) < FEWEST:
        return []
    ring = _ring(files.pixels[seen])
    plain = ring.std(axis=1).max(axis=1) <= FLAT
    if plain.mean() < FRAMED:
        return []
    shade = (ring.mean(axis=1) // STEP).astype(np.int64)
    colour = (shade[:, 0] * 8 + shade[:, 1]) * 8 + shade[:, 2]
    levels = np.where(plain, colour, 512)
    known = answer.at(files.rows[seen])
    skill = foretold(levels, known)
    if skill.value < TOLD or skill.low < LOW:
        return []
    return [
        context.finding(
            "borders",
            "severe" if skill.value >= CERTAIN else "warning",
            f"The colour of the pictures' plain border tells the target "
            f"{context.table.schema.target!r} and leaves open {1 - skill.value:.0%} of "
            "what guessing leaves open.",
            column=context.table.schema.image,
            where=files.rows[seen[plain]],
            files=files.paths(seen[plain][:5]),
            values=[str(c.astype(int).tolist()) for c in ring[plain][:5].mean(axis=1)],
            fix="Cut the border off, or paint it one colour in all pictures.",
        )
    ]


def _ring(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return `(pictures, pixels, 3)`: the outermost line of each thumbnail."""
    sides = (pixels[:, 0], pixels[:, -1], pixels[:, 1:-1, 0], pixels[:, 1:-1, -1])
    return np.concatenate(sides, axis=1).astype(np.float32)
