"""Pictures beside the others that no row names."""

from __future__ import annotations

from sidelight.audit._context import Context
from sidelight.audit._finding import Finding
from sidelight.registry import CHECKS


@CHECKS.register(
    "orphans",
    summary="pictures in the folders of the others that no row names",
    capabilities={"table"},
)
def find(context: Context) -> list[Finding]:
    """Say which folders hold more pictures than the table names."""
    kept = context.table.as_read
    return [
        context.finding(
            "orphans",
            "warning",
            f"{said[:1].upper()}{said[1:]}",
            column=context.table.schema.image,
            fix="Add their rows, or take them out of the folder; a table that lost "
            "rows loses pictures so.",
            told=True,
        )
        for said in (kept.unnamed if kept is not None else ())
    ]
