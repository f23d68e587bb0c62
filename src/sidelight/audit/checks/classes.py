"""Classes or labels too rare to learn, and parts of the split that lack one."""

from __future__ import annotations

import numpy as np

from sidelight.audit._context import Context, counted, verb
from sidelight.audit._finding import Finding
from sidelight.registry import CHECKS
from sidelight.splits._base import PARTS
from sidelight.splits._classes import class_members

FEWEST = 5


@CHECKS.register(
    "classes",
    summary="classes or labels with fewer than five rows, or that val or test lack",
    capabilities={"split"},
)
def find(context: Context) -> list[Finding]:
    """Say which classes or labels cannot be learned or tested."""
    answer, split, table = context.answer, context.split, context.table
    if answer is None or not answer.of_classes or split is None:
        return []
    known = np.flatnonzero(answer.known)
    members = class_members(table.at(known))
    names, of_row = members.names, known[members.row]
    rows = np.bincount(members.code, minlength=len(names))
    few = np.flatnonzero(rows < FEWEST)
    target = table.schema.target
    is_label = table.schema.task == "multilabel"
    one, many = ("label", "labels") if is_label else ("class", "classes")
    found = []
    if len(few):
        listed = ", ".join(f"{names[c]!r} ({rows[c]})" for c in few[:5])
        found.append(
            context.finding(
                "classes",
                "warning",
                f"{counted(len(few), one, many)} of {target!r} "
                f"{verb(len(few), 'has', 'have')} fewer than {FEWEST} rows: {listed}"
                f"{', …' if len(few) > 5 else ''}.",
                column=target,
                where=np.unique(of_row[np.isin(members.code, few)]),
                fix=f"Add rows, or merge the {one} into another one.",
            )
        )
    part_of = split.assignment[of_row]
    for part, code in PARTS.items():
        absent = np.setdiff1d(np.arange(len(names)), members.code[part_of == code])
        absent = np.setdiff1d(absent, few)
        if not len(absent):
            continue
        listed = ", ".join(repr(names[c]) for c in absent[:5])
        found.append(
            context.finding(
                "classes",
                "severe" if part == "train" else "warning",
                f"No {part} row has the {one} {listed}"
                f"{', …' if len(absent) > 5 else ''} of {target!r}.",
                column=target,
                where=np.unique(of_row[np.isin(members.code, absent)]),
                fix="Use --split stratified or another --seed, or add rows.",
            )
        )
    return found
