"""Two columns that give the answer away together, and neither of them alone."""

from __future__ import annotations

from itertools import combinations

from sidelight.audit._context import Context
from sidelight.audit._finding import Finding
from sidelight.audit._foretell import foretold
from sidelight.registry import CHECKS
from sidelight.table._target import leaks

FEWEST, MOST_COLUMNS = 100, 30
BINS, MOST_LEVELS = 16, 64  # of a number; of a word
CERTAIN, NEARLY, LOW = 0.98, 0.92, 0.8
MORE = 0.2  # than the better of the two


@CHECKS.register(
    "pair_leaks",
    summary="two columns that together determine the target, as a site and a date may",
    capabilities={"table"},
)
def find(context: Context) -> list[Finding]:
    """Say which pairs of columns hold the answer."""
    answer, schema = context.answer, context.table.schema
    if answer is None or answer.known.sum() < FEWEST:
        return []
    codes = {name: context.codes(name, BINS) for name in context.kinds}
    codes = {n: c for n, c in codes.items() if 0 < c.max() < MOST_LEVELS}
    alone = {name: foretold(code, answer).value for name, code in codes.items()}
    # A pair of which one is nearly enough is a leak of that one.
    certain = {name for name, _ in leaks(context.table.frame, schema)}
    names = [
        name
        for name in codes
        if name not in certain
        and max(alone[name], foretold(context.codes(name), answer).value) < NEARLY
    ][:MOST_COLUMNS]
    found = []
    for first, second in combinations(names, 2):
        both = codes[first] * (int(codes[second].max()) + 1) + codes[second]
        skill = foretold(both, answer)
        better = max(alone[first], alone[second])
        if skill.value < max(NEARLY, better + MORE) or skill.low < LOW:
            continue
        found.append(
            context.finding(
                "pair_leaks",
                "severe" if skill.value >= CERTAIN else "warning",
                f"Columns {first!r} and {second!r} together foretell the target "
                f"{schema.target!r} and leave open {1 - skill.value:.0%} of what "
                "guessing leaves open; neither does alone.",
                column=first,
                fix="Make sure that both are known before the answer; if not, leave "
                f"one out: --drop {second} (drop=[{second!r}]).",
            )
        )
    return found
