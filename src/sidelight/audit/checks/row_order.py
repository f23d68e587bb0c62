"""Rows that stand in the order of their answer."""

from __future__ import annotations

import numpy as np

from sidelight.audit._context import BINS, Context
from sidelight.audit._finding import Finding
from sidelight.audit._foretell import foretold
from sidelight.registry import CHECKS

FEWEST, TOLD, LOW = 60, 0.8, 0.6


@CHECKS.register(
    "row_order",
    summary="a table in the order of its target, so that a row's number tells it",
    capabilities={"table"},
)
def find(context: Context) -> list[Finding]:
    """Say whether the place of a row tells its answer."""
    answer = context.answer
    if answer is None or answer.known.sum() < FEWEST:
        return []
    bins = min(BINS, len(context) // 10)
    skill = foretold(np.arange(len(context)) * bins // len(context), answer)
    if skill.value < TOLD or skill.low < LOW:
        return []
    return [
        context.finding(
            "row_order",
            "note",
            f"The rows stand in the order of the target "
            f"{context.table.schema.target!r}: a row's number tells it.",
            column=context.table.schema.target,
            fix="Sidelight shuffles rows. Make sure that no column counts them, and "
            "that nobody splits the table by cutting it.",
        )
    ]
