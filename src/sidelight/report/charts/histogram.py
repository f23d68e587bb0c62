"""How a column's values are spread over train, val and test."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from sidelight.report.charts._frame import Frame, percent, plain

NUM_BINS = 20


def number_chart(
    title: str,
    values: Mapping[str, NDArray[Any]],
    x_text: Callable[[float], str] = plain,
    num_ticks: int = 4,
) -> Markup:
    """Draw one stepped outline for each part, as shares of its rows.

    Args:
        title: What is to be seen.
        values: Numbers by part; missing ones left out.
        x_text: Makes a tick's text of its value.
        num_ticks: Labels below the axis.
    """
    every = np.concatenate([np.asarray(v, dtype=np.float64) for v in values.values()])
    every = every[np.isfinite(every)]
    low, high = (float(every.min()), float(every.max())) if len(every) else (0.0, 1.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, NUM_BINS + 1)
    shares = {
        part: np.histogram(numbers, edges)[0] / max(len(numbers), 1)
        for part, numbers in values.items()
    }
    top = max((float(s.max()) for s in shares.values()), default=1.0) or 1.0
    ticks = None if x_text is plain else _spread(low, high, num_ticks)
    frame = Frame(
        title, (low, high), (0, top * 1.05), "", x_text, percent, height=150,
        x_ticks=ticks,
    )  # fmt: skip
    for part, share in shares.items():
        points = [(low, 0.0)]
        for left, right, value in zip(edges[:-1], edges[1:], share, strict=True):
            points += [(float(left), float(value)), (float(right), float(value))]
        frame.line([*points, (high, 0.0)], part)
    return frame.svg()


def date_text(low: float, high: float) -> Callable[[float], str]:
    """Return how seconds since 1970 are written, as fine as the range asks for."""
    days = (high - low) / 86_400
    unit = "Y" if days > 1500 else "M" if days > 90 else "D" if days > 2 else "m"

    def shown(seconds: float) -> str:
        whole = math.floor(seconds)
        return str(np.datetime64(whole, "s").astype(f"datetime64[{unit}]"))

    return shown


def _spread(low: float, high: float, count: int) -> list[float]:
    return [low + (high - low) * (i + 0.5) / count for i in range(count)]
