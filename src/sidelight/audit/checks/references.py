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
    return context.refused("references", of_pictures=True)
