"""Classes too small to learn, and parts of the split that lack a class."""

from __future__ import annotations

import numpy as np

from sidelight.audit._context import Context, counted, verb
from sidelight.audit._finding import Finding
from sidelight.registry import CHECKS
from sidelight.splits._base import PARTS

FEWEST = 5


@CHECKS.register(
    "classes",
    summary="classes with fewer than five rows, or that val or test lack",
    capabilities={"split"},
)
def find(context: Context) -> list[Finding]:
    """Say which classes cannot be learned or tested."""
    answer, split = context.answer, context.split
    if answer is None or not answer.of_classes or split is None:
        return []
    if context.table.schema.task == "multilabel":
        return []
    target = context.table.schema.target
    rows = np.bincount(answer.codes[answer.known], minlength=len(answer.classes))
    few = np.flatnonzero((rows > 0) & (rows < FEWEST))
    found = []
    if len(few):
        listed = ", ".join(f"{answer.classes[c]!r} ({rows[c]})" for c in few[:5])
        found.append(
            context.finding(
                "classes",
                "warning",
                f"{counted(len(few), 'class', 'classes')} of {target!r} "
                f"{verb(len(few), 'has', 'have')} fewer than {FEWEST} rows: {listed}"
                f"{', …' if len(few) > 5 else ''}.",
                column=target,
                where=np.isin(answer.codes, few),
                fix="Add rows, or merge the class into another one.",
            )
        )
    for part, code in PARTS.items():
        there = answer.codes[(split.assignment == code) & answer.known]
        absent = np.setdiff1d(np.flatnonzero(rows), np.append(there, few))
        if not len(absent):
            continue
        listed = ", ".join(repr(answer.classes[c]) for c in absent[:5])
        found.append(
            context.finding(
                "classes",
                "severe" if part == "train" else "warning",
                f"No {part} row has the class {listed}"
                f"{', …' if len(absent) > 5 else ''} of {target!r}.",
                column=target,
                where=np.isin(answer.codes, absent),
                fix="Use --split stratified or another --seed, or add rows.",
            )
        )
    return found
