"""Parallel coordinates: one axis for each option, one line for each trial."""

from __future__ import annotations

import math
from typing import Any

from markupsafe import Markup

from sidelight.report import _text as t
from sidelight.report.charts._frame import picture, text

HEIGHT, TOP, BOTTOM, LEFT, STEP = 320, 40, 26, 60, 130
MOST_LINES = 300
ABSENT = object()  # an option of another fusion
SHADES = 4


def parallel_chart(trials: list[dict[str, Any]], metric: str) -> Markup:
    """Draw whole trials; the better half stands out.

    Args:
        trials: With a value each.
        metric: What the values are.
    """
    ranked = sorted(trials, key=lambda r: r["value"])[-MOST_LINES:]
    columns = {
        name: [r["params"].get(name, ABSENT) for r in ranked]
        for name in dict.fromkeys(n for r in ranked for n in r["params"])
    }
    columns = {n: c for n, c in columns.items() if len(set(map(str, c))) > 1}
    columns["score"] = [r["value"] for r in ranked]
    axes = [_axis(column) for column in columns.values()]
    marks = []
    for rank, values in enumerate(zip(*columns.values(), strict=True)):
        points = [
            f"{LEFT + i * STEP} {_height(axis, v):.1f}"
            for i, (axis, v) in enumerate(zip(axes, values, strict=True))
            if v is not ABSENT
        ]
        shade = rank * SHADES // len(ranked)
        marks.append(
            Markup('<path class="line p{}" d="M{}"/>').format(shade, " L".join(points))
        )
    for i, (name, axis) in enumerate(zip(columns, axes, strict=True)):
        marks += _drawn(LEFT + i * STEP, name, axis, i % 2 == 1)
    width = 2 * LEFT + STEP * (len(axes) - 1)
    title = f"Options and scores ({t.METRICS[metric]}) of {len(ranked)} trials"
    return picture(title, width, HEIGHT, marks, "chart wide")


def _axis(values: list[Any]) -> dict[str, Any]:
    known = [v for v in values if v is not ABSENT]
    if all(t.known(v) and not isinstance(v, bool) for v in known):
        low, high = min(known), max(known)
        log = low > 0 and high / low >= 20
        return {"low": low, "high": high, "log": log}
    return {"levels": sorted({str(v) for v in known})}


def _height(axis: dict[str, Any], value: Any) -> float:
    if "levels" in axis:
        levels = axis["levels"]
        share = (levels.index(str(value)) + 0.5) / len(levels)
    elif axis["high"] == axis["low"]:
        share = 0.5
    elif axis["log"]:
        width = math.log(axis["high"] / axis["low"])
        share = math.log(value / axis["low"]) / width
    else:
        share = (value - axis["low"]) / (axis["high"] - axis["low"])
    return HEIGHT - BOTTOM - float(share) * (HEIGHT - TOP - BOTTOM)


def _drawn(x: float, name: str, axis: dict[str, Any], lower: bool) -> list[Markup]:
    rule = Markup('<path class="axis" d="M{} {}V{}"/>').format(x, TOP, HEIGHT - BOTTOM)
    marks = [rule, text(x, 26 if lower else 12, name, "middle")]
    if "levels" in axis:
        return marks + [
            text(x + 5, _height(axis, level) + 4, level) for level in axis["levels"]
        ]
    top = text(x + 5, TOP + 4, f"{axis['high']:.3g}")
    return [*marks, top, text(x + 5, HEIGHT - BOTTOM + 12, f"{axis['low']:.3g}")]
