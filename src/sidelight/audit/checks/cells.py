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
    return context.refused("cells", of_pictures=False)
