"""Learning curves of one arm: training and validation over the epochs."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from sidelight.report.charts._frame import Frame, Range, padded, tick_values


def range_of(curves: list[dict[str, Any]], name: str) -> Range:
    """Return the range that holds a figure of several arms, training and validation.

    Args:
        curves: As `learning_curves` returns them.
        name: Of the figure, such as "loss".
    """
    ends = [
        value
        for curve in curves
        for key in (name, f"val_{name}")
        for side in ("low", "high")
        for value in curve["figures"].get(key, {}).get(side, ())
        if value is not None
    ]
    return padded(min(ends), max(ends)) if ends else (0.0, 1.0)


def curve_chart(
    title: str,
    figures: dict[str, Any],
    name: str,
    y: Range,
    reference: dict[str, Any] | None = None,
) -> Markup:
    """Draw a figure's mean and range over trainings.

    Args:
        title: What is to be seen.
        figures: Of one arm.
        name: Of the figure; "val_" and it are the validation rows'.
        y: Range of the axis, the same for all arms.
        reference: The validation figure of image only.
    """
    num_epochs = max(
        len(figures[k]["mean"]) for k in (name, f"val_{name}") if k in figures
    )
    ends = (1.0, float(max(num_epochs, 2)))
    ticks = [v for v in tick_values(*ends) if v == int(v)]
    frame = Frame(title, ends, y, "epoch", x_ticks=ticks, height=180, y_most=5)
    if reference is not None:
        frame.line(_points(reference["mean"]), "reference")
    for key, style in ((name, "train"), (f"val_{name}", "val")):
        if key not in figures:
            continue
        of = figures[key]
        known = [i for i, v in enumerate(of["mean"]) if v is not None]
        xs = [i + 1.0 for i in known]
        if key.startswith("val_"):
            frame.band(
                xs, [of["low"][i] for i in known], [of["high"][i] for i in known]
            )
        if len(xs) == 1:
            frame.dots([(xs[0], of["mean"][known[0]])], style)
        frame.line(_points(of["mean"]), style)
    return frame.svg()


def _points(values: list[float | None]) -> list[tuple[float, float]]:
    return [(i + 1.0, v) for i, v in enumerate(values) if v is not None]
