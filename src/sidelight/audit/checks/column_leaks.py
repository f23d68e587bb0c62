"""Metadata columns that give the answer away."""

from __future__ import annotations

from sidelight.audit._context import Context
from sidelight.audit._finding import Finding
from sidelight.audit._foretell import fixed_share, foretold
from sidelight.registry import CHECKS
from sidelight.table._target import leaks

FEWEST = 50
CERTAIN, NEARLY, LOW = 0.98, 0.9, 0.8
FIXED = 0.2  # share of the rows whose level has one answer only


@CHECKS.register(
    "column_leaks",
    summary="a column that determines the target, nearly, or for a fifth of the rows",
    capabilities={"table"},
)
def find(context: Context) -> list[Finding]:
    """Say which columns hold the answer, in rows they were not learned from."""
    schema = context.table.schema
    certain = leaks(context.table.frame, schema)
    return [
        finding
        for target in schema.targets
        for finding in _of_target(
            context,
            target,
            {name: how for (name, of), how in certain.items() if of == target},
        )
    ]


def _of_target(context: Context, target: str, exact: dict[str, str]) -> list[Finding]:
    answer = context.answer_of(target)
    if answer is None or len(answer.classes) == 1:  # one answer needs no telling
        return []
    found = [
        _certain(context, name, how, target, told=True) for name, how in exact.items()
    ]
    if answer.known.sum() < FEWEST:
        return found
    for name in context.kinds:
        if name in exact:
            continue
        codes = context.codes(name)
        skill = foretold(codes, answer)
        if skill.value >= CERTAIN and skill.low >= LOW:
            found.append(_certain(context, name, "foretells", target, told=False))
        elif skill.value >= NEARLY and skill.low >= LOW:
            sentence = (
                f"Column {name!r} nearly foretells the target {target!r}: it "
                f"leaves open {1 - skill.value:.0%} of what guessing leaves open."
            )
            found.append(_doubtful(context, name, sentence))
        elif (share := fixed_share(codes, answer)) >= FIXED:
            sentence = (
                f"In {share:.0%} of the rows the value of column {name!r} fixes the "
                f"target {target!r}: all rows with that value have one answer."
            )
            found.append(_doubtful(context, name, sentence))
    return found


def _certain(
    context: Context, name: str, how: str, target: str, *, told: bool
) -> Finding:
    return context.finding(
        "column_leaks",
        "severe",
        f"Column {name!r} {how} the target {target!r}: a model "
        "that reads it need not look at the picture.",
        column=name,
        fix="If it would not be known beforehand, leave it out with "
        f"--drop {name} (drop=[{name!r}]).",
        told=told,
    )


def _doubtful(context: Context, name: str, sentence: str) -> Finding:
    return context.finding(
        "column_leaks",
        "warning",
        sentence,
        column=name,
        fix="Make sure that it is known before the answer; if it is not, leave it out "
        f"with --drop {name} (drop=[{name!r}]).",
    )
