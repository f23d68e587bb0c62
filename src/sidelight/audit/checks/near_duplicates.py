"""Nearly the same picture in several rows: another size, another compression."""

from __future__ import annotations

import numpy as np

from sidelight.audit._context import Context
from sidelight.audit._finding import Finding
from sidelight.audit._hashes import alike, candidates
from sidelight.audit._twins import Twins, said_of_twins
from sidelight.audit.checks.blank_pictures import is_blank
from sidelight.registry import CHECKS


@CHECKS.register(
    "near_duplicates",
    summary="pictures that differ in size, compression or a few pixels only",
    paper="Zauner, 2010 (perceptual hashes)",
    capabilities={"pixels"},
)
def find(context: Context) -> list[Finding]:
    """Say which pictures are nearly the same, though not the same file."""
    files = context.files
    if files is None:
        return []
    seen = np.flatnonzero(files.usable & ~is_blank(files.pixels))
    if len(seen) < 2:
        return []
    pixels = files.pixels[seen]
    pairs = alike(pixels, candidates(pixels))
    digests = np.array([one.digest for one in files.looked], dtype=np.str_)[seen]
    pairs = pairs[digests[pairs[:, 0]] != digests[pairs[:, 1]]]
    twins = Twins.of_pairs(files.rows[seen[pairs]])
    return said_of_twins(
        context, "near_duplicates", "nearly the same picture as", twins
    )
