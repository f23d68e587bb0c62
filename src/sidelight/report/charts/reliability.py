"""How often answers are right, by how sure they are."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from sidelight.report.charts._frame import Frame, percent

FEWEST = 10  # rows of a bin that is drawn; fewer jump up and down


def reliability_chart(title: str, bins: list[dict[str, Any]]) -> Markup:
    """Draw a reliability curve; on the diagonal, probabilities are what they say.

    Args:
        title: What is to be seen.
        bins: From `evaluation.reliability`.
    """
    frame = Frame(
        title,
        (0, 1),
        (0, 1),
        "how sure the answer is",
        percent,
        percent,
        height=240,
        y_most=5,
    )
    frame.line([(0, 0), (1, 1)], "reference")
    rows = sum(b["rows"] for b in bins)
    for b in bins:
        half = 1 / 30 * 0.8
        share = b["rows"] / max(rows, 1)
        frame.bar(b["confidence"] - half, b["confidence"] + half, 0.25 * share, "rest")
    points = [(b["confidence"], b["right"]) for b in bins if b["rows"] >= FEWEST]
    frame.line(points, "val")
    frame.dots(points, "val")
    return frame.svg()
