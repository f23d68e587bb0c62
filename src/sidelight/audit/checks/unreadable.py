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
    where = [i for i, one in enumerate(files.looked) if one is not None and one.trouble]
    if not where:
        return []
    number = len(where)
    reasons = [one.trouble for one in files.looked if one is not None and one.trouble]
    return [
        context.finding(
            "unreadable",
            "severe",
            f"{counted(number, 'picture')} cannot be used.",
            column=context.table.schema.image,
            where=np.array(where),
            values=[f"it {reason}" for reason in reasons[:5]],
            fix="Mend the files, or leave these rows out with --on-bad drop "
            "(on_bad='drop').",
        )
    ]
