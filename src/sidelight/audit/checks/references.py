"""Rows whose picture is not there, or is another row's picture too."""

from __future__ import annotations

from sidelight.audit._context import Context
from sidelight.audit._finding import Finding
from sidelight.registry import CHECKS


@CHECKS.register(
    "references",
    summary="one row, one picture: files that are missing, empty, no files, or named "
    "twice",
    capabilities={"table"},
)
def find(context: Context) -> list[Finding]:
    """Say which rows have no picture of their own."""
    kept = context.table.as_read
    if kept is None:
        return []
    return [
        context.finding(
            "references",
            "severe",
            f"{problem.what[:1].upper()}{problem.what[1:]}.",
            column=problem.column,
            where=problem.positions,
            values=list(problem.values) or None,
            fix=problem.fix,
            told=True,
        )
        for problem in kept.problems
        if problem.column in context.table.schema.images
    ]
