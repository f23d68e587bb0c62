"""Cells that cannot be read as what their column is, and targets that teach nothing."""

from __future__ import annotations

from sidelight.audit._context import Context
from sidelight.audit._finding import Finding
from sidelight.registry import CHECKS


@CHECKS.register(
    "cells",
    summary="cells that training would refuse: no number, no date, no answer, out of "
    "range",
    capabilities={"table"},
)
def find(context: Context) -> list[Finding]:
    """Say what reading would have refused, picture references aside."""
    kept = context.table.as_read
    if kept is None:  # nothing bad is in a table that was read with on_bad="error"
        return []
    return [
        context.finding(
            "cells",
            "severe",
            f"{problem.what[:1].upper()}{problem.what[1:]}.",
            column=problem.column,
            where=problem.positions,
            values=list(problem.values) or None,
            fix=problem.fix,
            told=True,
        )
        for problem in kept.problems
        if problem.column not in context.table.schema.images
    ]
