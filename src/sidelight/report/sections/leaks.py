"""Signs that the metadata gives the answer away, and what was looked at."""

from __future__ import annotations

from typing import Any

from sidelight.experiments.compare import Evidence
from sidelight.report import _text as t


def context(evidence: Evidence) -> dict[str, Any]:
    """Return the signs, and the second split beside the first."""
    facts = evidence.facts
    second, metric = facts["second_split"], facts["metric"]
    splits = []
    if second is not None:
        arms = {arm["name"]: arm for arm in facts["arms"]}
        best = arms[facts["fusion"]]
        first = {
            "image_only": arms["none"]["score"],
            "fusion": best["score"],
            "gain": best["gain"],
        }
        splits = [
            _split(f"{facts['plan']['split']}", first, metric),
            _split(f"{second['method']}, by {second['by']}", second, metric),
        ]
    return {"signs": facts["signs"], "fusion": facts["fusion"], "splits": splits}


def _split(title: str, found: dict[str, Any], metric: str) -> dict[str, Any]:
    return {
        "title": title,
        "image_only": t.score(found["image_only"]["mean"], metric),
        "fusion": t.score(found["fusion"]["mean"], metric),
        "gain": t.difference(found["gain"], metric),
        "ends": t.difference_ends(found["gain"], metric),
    }
