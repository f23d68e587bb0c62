"""The same picture in several rows."""

from __future__ import annotations

import numpy as np

from sidelight.audit._context import Context
from sidelight.audit._finding import Finding
from sidelight.audit._twins import Twins, said_of_twins
from sidelight.audit.checks.blank_pictures import is_blank
from sidelight.registry import CHECKS


@CHECKS.register(
    "exact_duplicates",
    summary="files with the same contents, also across the split or with other labels",
    capabilities={"pixels"},
)
def find(context: Context) -> list[Finding]:
    """Say which pictures are there twice."""
    files = context.files
    if files is None:
        return []
    # Black pictures are alike by nature; the check blank_pictures speaks of them.
    blank = files.usable & is_blank(files.pixels)
    # One file under one name in two rows is for the check references to say.
    places = {one.path: place for place, one in reversed([*enumerate(files.looked)])}
    read = sorted(
        place
        for place in places.values()
        if files.looked[place].digest and not blank[place]
    )
    digests = np.array([files.looked[place].digest for place in read], dtype=np.str_)
    _, groups = np.unique(digests, return_inverse=True)
    order = np.argsort(files.rows[read], kind="stable")
    twins = Twins.of_groups(files.rows[read][order], groups[order])
    return said_of_twins(context, "exact_duplicates", "the same picture as", twins)
