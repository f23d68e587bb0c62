"""Files that are no picture, or only the beginning of one."""

from __future__ import annotations

import numpy as np

from sidelight.audit._context import Context, counted
from sidelight.audit._finding import Finding
from sidelight.registry import CHECKS


@CHECKS.register(
    "unreadable",
    summary="pictures that cannot be decoded: truncated, damaged, of a refused kind",
    capabilities={"pixels"},
)
def find(context: Context) -> list[Finding]:
    """Say which pictures cannot be used."""
    files = context.files
    if files is None:
        return []
    bad = np.flatnonzero(~files.usable)
    if not len(bad):
        return []
    return [
        context.finding(
            "unreadable",
            "severe",
            f"{counted(len(bad), 'picture')} cannot be used.",
            column=context.table.schema.image,
            where=files.rows[bad],
            values=[f"it {files.looked[place].trouble}" for place in bad[:5]],
            files=files.paths(bad),
            fix="Mend the files, or leave these rows out with --on-bad drop "
            "(on_bad='drop').",
        )
    ]
