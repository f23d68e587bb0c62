"""What each arm costs to train and to ask."""

from __future__ import annotations

from typing import Any

from sidelight.experiments.compare import Evidence
from sidelight.report import _text as t


def context(evidence: Evidence) -> dict[str, Any]:
    """Return time and size of every arm that could be trained."""
    facts = evidence.facts
    return {
        "total": t.seconds(facts["seconds"]),
        "best": facts["fusion"],
        "arms": [
            {
                "name": arm["name"],
                "title": t.arm_title(arm["name"]),
                "trainings": arm["trainings"],
                "seconds": f"{arm['seconds']:.1f}" if arm["seconds"] else t.NOTHING,
                "parameters": f"{arm['parameters']:,}" if arm["parameters"] else
                t.NOTHING,
                "ms": f"{arm['ms_per_row']:.2f}" if arm["ms_per_row"] else t.NOTHING,
            }
            for arm in facts["arms"]
            if arm["trainings"]
        ],
    }  # fmt: skip
