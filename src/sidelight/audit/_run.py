"""The checks that can be made, made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sidelight.audit._context import Context
from sidelight.audit._files import Files
from sidelight.audit._finding import SEVERITIES, Audit, Finding
from sidelight.registry import CHECKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidelight.splits import Split
    from sidelight.table import Table


def run_checks(
    table: Table,
    split: Split | None = None,
    *,
    group: str | None = None,
    pixels: bool = True,
    unsplit: str = "",
    checks: Sequence[str] | None = None,
    progress: bool = True,
) -> Audit:
    """Doubt a table, its split and its pictures; nothing is changed.

    Args:
        table: The rows; read with `on_bad="keep"`, bad rows are looked at too.
        split: Who is train, val and test; None where the rows cannot be split.
        group: The column whose rows the split keeps together.
        pixels: Whether every picture is read and decoded, to 32 × 32 pixels.
        unsplit: Why there is no split; a severe finding, unless empty.
        checks: Names of the checks to make; None makes all.
        progress: Whether a bar is shown while pictures are decoded.

    Returns:
        What was found, the worst first.

    Raises:
        UnknownNameError: If there is no check of that name.
    """
    names = CHECKS.names() if checks is None else [CHECKS.check(n) for n in checks]
    context = Context(table, split, group)
    skipped = _skipped(names, context, pixels)
    made = [name for name in names if name not in skipped]
    if any("pixels" in CHECKS.get(name).capabilities for name in made):
        context = replace(context, files=Files.look(table.images, progress=progress))
    found: list[Finding] = []
    if unsplit:
        found.append(Finding("split", "severe", unsplit, told=True))
    for name in made:
        found += CHECKS.get(name).obj(context)
    found.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    return Audit(table.source, len(table), tuple(found), tuple(made), skipped)


def _skipped(names: list[str], context: Context, pixels: bool) -> dict[str, str]:
    reasons = {}
    if context.split is None:
        reasons["split"] = "there is no split"
    if not len(context.table.images):
        reasons["pixels"] = "the table has no pictures"
    elif not pixels:
        reasons["pixels"] = "pictures are not looked at"
    return {
        name: reasons[need]
        for name in names
        for need in CHECKS.get(name).capabilities
        if need in reasons
    }
