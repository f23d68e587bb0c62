"""Columns that say the same of every row, or of nearly every row."""

from __future__ import annotations

from sidelight.audit._context import Context
from sidelight.audit._finding import Finding
from sidelight.registry import CHECKS
from sidelight.table._cells import labels

NEARLY = 0.995


@CHECKS.register(
    "constant",
    summary="columns that are empty, the same in every row, or in 99.5 % of them",
    capabilities={"table"},
)
def find(context: Context) -> list[Finding]:
    """Say which columns tell rows apart in few cases or none."""
    found = []
    for name in context.beside:
        cells = context.table.frame[name]
        if not len(cells):
            continue
        if cells.null_count() == len(cells):
            sentence = f"Column {name!r} is empty in every row."
            found.append(_note(context, name, sentence))
            continue
        text = labels(cells)
        counts = text.alias("value").value_counts(sort=True)
        most, number = counts.row(0)
        if counts.height == 1:
            sentence = f"Column {name!r} is {most!r} in every row."
            found.append(_note(context, name, sentence))
        elif most is not None and NEARLY * len(cells) <= number < len(cells):
            others = (text != most).fill_null(value=True).to_numpy()
            sentence = (
                f"Column {name!r} is {most!r} in all rows but {others.sum()}: "
                "it can tell of those only."
            )
            found.append(
                context.finding(
                    "constant",
                    "note",
                    sentence,
                    column=name,
                    where=others,
                    fix=f"Leave it out with --drop {name} (drop=[{name!r}]) unless "
                    "these rows matter.",
                )
            )
    return found


def _note(context: Context, name: str, sentence: str) -> Finding:
    fix = "It is left out by itself; make sure that it was exported as meant."
    return context.finding("constant", "note", sentence, column=name, fix=fix)
