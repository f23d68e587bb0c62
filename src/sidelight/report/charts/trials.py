"""Trials of a search in the order in which they ran."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from sidelight.report import _text as t
from sidelight.report.charts._frame import Frame, padded


def history_chart(trials: list[dict[str, Any]], metric: str) -> Markup:
    """Draw each whole trial's score, and the best so far as a line.

    Args:
        trials: As in `tune.json`.
        metric: What the scores are.
    """
    whole = [(r["number"], r["value"]) for r in trials if r["value"] is not None]
    values = [value for _, value in whole]
    best = max(values)
    frame = Frame(
        f"Scores of {len(whole)} trials; the best is {t.score(best, metric)}",
        (0.5, max(r["number"] for r in trials) + 0.5),
        padded(min(values), best),
        "trial",
        y_text=lambda v: t.score(v, metric),
        width=640,
        height=240,
    )
    frame.dots(whole, "val")
    reached = values[0]
    steps = [(float(whole[0][0]), reached)]
    for number, value in whole[1:]:
        steps.append((number, reached))
        reached = max(reached, value)
        steps.append((number, reached))
    frame.line(steps, "test")
    return frame.svg()
