"""Metadata that names rows instead of describing them."""

from __future__ import annotations

from sidelight.audit._context import Context
from sidelight.audit._finding import Finding
from sidelight.registry import CHECKS
from sidelight.table._cells import labels
from sidelight.table._names import names_rows

UNIQUE = 0.9  # distinct values over rows
FEWEST = 50  # rows; fewer are often all different


@CHECKS.register(
    "identifiers",
    summary="metadata that is nearly another value in every row, such as a name",
    capabilities={"table"},
)
def find(context: Context) -> list[Finding]:
    """Say which metadata a network could learn by heart."""
    found = []
    for name, kind in context.kinds.items():
        cells = context.table.frame[name].drop_nulls()
        if len(cells) < FEWEST or kind not in ("categorical", "numeric"):
            continue
        distinct = labels(cells).n_unique()
        if distinct < UNIQUE * len(cells):
            continue
        if kind == "numeric" and not names_rows(name):
            continue
        found.append(
            context.finding(
                "identifiers",
                "warning",
                f"Column {name!r} has {distinct:,} values in {len(cells):,} rows: it "
                "names rows, and says nothing of new ones.",
                column=name,
                where=context.table.frame[name].is_not_null().to_numpy(),
                fix=f"Leave it out with --drop {name} (drop=[{name!r}]).",
            )
        )
    return found
