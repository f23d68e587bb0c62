"""The answer first, in words and with the figure it rests on."""

from __future__ import annotations

from typing import Any

from sidelight.experiments.compare import Evidence
from sidelight.report import _text as t

HEADLINES = {
    "helps": "Yes: the metadata helps.",
    "does-not-help": "No: the metadata does not help.",
    "undecided": "Undecided: these rows cannot tell whether the metadata helps.",
    "suspected-leak": "Careful: the metadata may give the answer away.",
}
MARKS = {"helps": "✓", "does-not-help": "✗", "undecided": "?", "suspected-leak": "!"}


def context(evidence: Evidence, name: str) -> dict[str, Any]:
    """Return what the top of a comparison's page shows."""
    facts = evidence.facts
    metric, word = facts["metric"], facts["verdict"]
    arms = {arm["name"]: arm for arm in facts["arms"]}
    best = arms[facts["fusion"]]
    return {
        "name": name,
        "word": word,
        "headline": HEADLINES[word],
        "mark": MARKS[word],
        "fusion": facts["fusion"],
        "before": t.score(arms["none"]["score"]["mean"], metric),
        "after": t.score(best["score"]["mean"], metric),
        "gain": t.difference(best["gain"], metric),
        "gain_ends": t.difference_ends(best["gain"], metric),
        "measured_by": t.METRICS[metric],
        "reading": _reading(metric),
        "sentences": [s.removeprefix(_start(s)) for s in facts["sentences"]],
        "basis": _basis(facts),
        "notes": facts["plan"]["notes"],
    }


def _start(sentence: str) -> str:
    """Return the words that the headline has said already."""
    for start in (
        "The metadata helps. ",
        "The metadata does not help. ",
        "These rows cannot tell whether the metadata helps. ",
        "The metadata may give the answer away. ",
    ):
        if sentence.startswith(start):
            return start
    return ""


def _reading(metric: str) -> str:
    """Say in a line what the figures and their intervals mean."""
    unit = {
        "accuracy": "A point is one more right answer in a hundred.",
        "balanced_accuracy": (
            "A point is one more right answer in a hundred, if every class had as many "
            "rows as any other."
        ),
        "r2": "R² is 1 where every number is exact, and 0 for always saying the mean.",
        "mae": "Scores are mean errors with a minus, so that more is better.",
        "rank_mae": (
            "Scores are mean errors, counted in classes, with a minus, so that more is "
            "better."
        ),
        "label_ranking": (
            "The score is 1 where every true label is likelier than any other."
        ),
    }.get(metric, "More is better.")
    return (
        f"{unit} The range in brackets is what luck leaves open: repeated many times, "
        "19 of 20 such ranges hold the true figure."
    )


def _basis(facts: dict[str, Any]) -> str:
    plan, rows = facts["plan"], facts["rows"]
    total = sum(n for part, n in rows.items() if part != "left_out")
    parts = "one split" if plan["folds"] == 1 else t.some(plan["folds"], "fold")
    covers = next(a["score"]["covers"] for a in facts["arms"] if a["score"])
    return (
        f"{total:,} rows, {parts} ({plan['split']}), {t.some(plan['seeds'], 'seed')}, "
        f"{t.some(plan['epochs'], 'epoch')} each. Intervals cover luck of {covers}."
    )
