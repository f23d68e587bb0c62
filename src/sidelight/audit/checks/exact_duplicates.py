"""The same picture in several rows."""

from __future__ import annotations

import numpy as np

from sidelight.audit._context import Context
from sidelight.audit._finding import Finding
from sidelight.audit._twins import Twins, said_of_twins
from sidelight.registry import CHECKS


@CHECKS.register(
    "exact_duplicates",
    summary="files with the same contents, in one part, across the split, or with "
    "differing labels",
    capabilities={"pixels"},
)
def find(context: Context) -> list[Finding]:
    """Say which pictures are there twice."""
    files = context.files
    if files is None:
        return []
    rows = [
        row for row, one in enumerate(files.looked) if one is not None and one.digest
    ]
    digests = [one.digest for one in files.looked if one is not None and one.digest]
    _, groups = np.unique(np.array(digests, dtype=np.str_), return_inverse=True)
    twins = Twins.of_groups(np.array(rows, np.int64), groups)
    return said_of_twins(context, "exact_duplicates", "the same picture as", twins)
