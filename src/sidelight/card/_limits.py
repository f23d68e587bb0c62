"""What a model is not known to do, in sentences made from figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidelight.evaluation import FEW_ROWS
from sidelight.preprocessing.columns.datetime import Datetime
from sidelight.preprocessing.columns.numeric import Numeric

if TYPE_CHECKING:
    from sidelight.card._facts import Facts

FEW_TEST_ROWS = 100
MOST_NAMED = 8
CARRIES = 0.5  # of all that shuffling takes away
NEAR_EACH_OTHER = ("random", "stratified")


def limits(facts: Facts) -> list[str]:
    """Return the sentences."""
    return [
        *_of_the_test(facts),
        *_of_the_split(facts),
        *_of_classes(facts),
        *_of_ranges(facts),
        *_of_effects(facts),
        *_of_the_audit(facts),
    ]


def _of_the_test(facts: Facts) -> list[str]:
    rows = facts.metrics["test"]["rows"]
    if facts.test is None:
        return [
            "The table of the training was not there when this card was written, so it "
            "has no intervals, no subgroups and no effects of single columns."
        ]
    few = f"It was tested on {rows} rows only, so its score is not known closely."
    return [few] if rows < FEW_TEST_ROWS else []


def _of_the_split(facts: Facts) -> list[str]:
    kinds = {c.column.kind for c in facts.predictor.preprocessor.columns}
    split = facts.config.split
    chosen = split.method if split.method != "auto" else "stratified"
    if split.group or split.column or split.time or chosen not in NEAR_EACH_OTHER:
        return []
    text = (
        "Test rows were drawn at random. Where rows resemble each other because they "
        "share a site, a patient or a device, the score is too high for new ones."
    )
    if "location" in kinds:
        text += " Places near training places are easier than others: train "
        text += "with --split spatial to see."
    return [text]


def _of_classes(facts: Facts) -> list[str]:
    test = facts.metrics["test"]
    per_class = test.get("per_class") or test.get("per_label") or {}
    few = [n for n, scores in per_class.items() if scores["support"] < FEW_ROWS]
    if not few:
        return []
    named = ", ".join(few[:MOST_NAMED])
    more = f" and {len(few) - MOST_NAMED} others" if len(few) > MOST_NAMED else ""
    return [f"Fewer than {FEW_ROWS} test rows each: {named}{more}."]


def _of_ranges(facts: Facts) -> list[str]:
    ranges = []
    for fitted in facts.predictor.preprocessor.columns:
        name = fitted.column.name
        if isinstance(fitted, Numeric):
            ranges.append(f"{name} from {fitted.low:.6g} to {fitted.high:.6g}")
        elif isinstance(fitted, Datetime):
            ranges.append(f"{name} from {fitted.low} to {fitted.high}")
    found = []
    if ranges:
        found.append(f"It has seen {'; '.join(ranges)}. Beyond that it guesses.")
    words = [
        fitted.column.name
        for fitted in facts.predictor.preprocessor.columns
        if fitted.column.kind in ("categorical", "multi_hot")
    ]
    if words:
        named = ", ".join(words)
        found.append(f"A word it has never seen tells it nothing: {named}.")
    return found


def _of_effects(facts: Facts) -> list[str]:
    if not facts.effects:
        return []
    found = []
    idle = [effect.part for effect in facts.effects if effect.fall.low <= 0]
    if idle:
        named = ", ".join(idle)
        found.append(f"No effect on these test rows is shown for: {named}.")
    total = sum(max(0.0, effect.fall.mean) for effect in facts.effects)
    first = facts.effects[0]
    columns = {c.column.name for c in facts.predictor.preprocessor.columns}
    if first.part in columns and first.fall.low > 0 and total > 0:
        share = first.fall.mean / total
        if share > CARRIES:
            found.append(
                f"{first.part} carries {share:.0%} of what the input is worth. Is it "
                "known before the answer is? If not, it is a leak."
            )
    found.append(
        "Effects are of this model, one part at a time; parts that say the same hide "
        "each other. Whether metadata helps at all is told by sidelight compare."
    )
    return found


def _of_the_audit(facts: Facts) -> list[str]:
    return [f"The audit of the data: {f['sentence']}" for f in facts.findings]
