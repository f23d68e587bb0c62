"""Rows of one thing on both sides of the split."""

from __future__ import annotations

import numpy as np

from sidelight.audit._context import Context, counted
from sidelight.audit._finding import Finding
from sidelight.registry import CHECKS
from sidelight.splits._base import LEFT_OUT, TRAIN
from sidelight.table import repeated_identifiers

SHARE = 0.01  # of the rows beside the training rows
INDIVIDUAL = 20  # rows; a thing with more is a place or a device
MANY = 0.1


@CHECKS.register(
    "groups",
    summary="the same patient, site, … in training rows and in val or test rows",
    capabilities={"split"},
)
def find(context: Context) -> list[Finding]:
    """Say which things a model is tested on that it was trained on."""
    split = context.split
    if split is None or context.group is not None:
        return []
    found = []
    for name, (num_groups, num_rows) in repeated_identifiers(context.table).items():
        codes = context.codes(name, len(context))
        named = context.table.frame[name].is_not_null().to_numpy()
        trained = np.unique(codes[named & (split.assignment == TRAIN)])
        tested = (split.assignment != TRAIN) & (split.assignment != LEFT_OUT)
        torn = named & tested & np.isin(codes, trained)
        share = torn.sum() / max(tested.sum(), 1)
        if share < SHARE:
            continue
        severe = share >= MANY and num_rows <= INDIVIDUAL * num_groups
        found.append(
            context.finding(
                "groups",
                "severe" if severe else "warning",
                f"Column {name!r} names {counted(num_groups, 'thing')} in "
                f"{counted(num_rows, 'row')}, and {share:.0%} of the val and test rows "
                "show one that training rows show too: the score comes out too good.",
                column=name,
                where=torn,
                fix=f"Keep them together with --group {name} (group={name!r}).",
                told=True,
            )
        )
    return found
