"""Predicted numbers over true ones."""

from __future__ import annotations

from markupsafe import Markup

from sidelight.report.charts._frame import Frame, Range

MOST_POINTS = 2000


def scatter_chart(
    title: str, truth: list[float], answers: list[float], ends: Range
) -> Markup:
    """Draw each row as a dot; the line is where answers are exact.

    Args:
        title: What is to be seen.
        truth: True numbers.
        answers: As many predicted ones.
        ends: Range of both axes.
    """
    frame = Frame(title, ends, ends, "truth", height=280)
    step = max(1, -(-len(truth) // MOST_POINTS))
    frame.line([(ends[0], ends[0]), (ends[1], ends[1])], "reference")
    frame.dots(list(zip(truth[::step], answers[::step], strict=True)), "val thin")
    return frame.svg()
