"""Figures in words for people who know no machine learning."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sidelight.evaluation import POINTS, SCORE_NAMES

NOTHING = "–"

METRICS = {
    "accuracy": "right answers",
    "balanced_accuracy": "right answers, every class counting alike",
    "r2": "R², the share of the differences that is explained",
    "mae": "minus the mean error",
    "rank_mae": "minus the mean number of classes between answer and truth",
    "label_ranking": "how far true labels rank above others",
    "mean_average_precision": "mean average precision of the labels",
    "log_loss": "minus the log loss",
}
SCORES = {**SCORE_NAMES, "mae": "mean error", "rank_mae": "mean error in classes"}
ARMS = {
    "none": "image only",
    "metadata": "metadata only, network",
    "trees": "metadata only, boosted trees",
    "stack": "stack of two",
}
PARTS = {"train": "training", "val": "validation", "test": "test"}

Interval = Mapping[str, Any]


def arm_title(name: str) -> str:
    """Return what an arm is called on the page."""
    return ARMS.get(name, name)


def known(value: Any) -> bool:
    """Say whether there is a finite number."""
    return isinstance(value, int | float) and math.isfinite(value)


def score(value: Any, metric: str) -> str:
    """Return a score, such as "84.6 %"."""
    if not known(value):
        return NOTHING
    return _minus(f"{100 * value:.1f} %") if metric in POINTS else number(value)


def tick(value: float, metric: str) -> str:
    """Return a round score below an axis."""
    return f"{100 * value:.3g} %" if metric in POINTS else number(value)


def number(value: Any) -> str:
    """Return a number with three significant digits; a dash where there is none."""
    if not known(value):
        return NOTHING
    if isinstance(value, int) or (value == int(value) and abs(value) < 1e15):
        return _minus(f"{int(value):,}")
    return _minus(f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}")


def ends(interval: Interval | None, metric: str) -> str:
    """Return where an interval reaches, such as "80.1 to 87.2 %"."""
    if interval is None or not known(interval["low"]) or not known(interval["high"]):
        return NOTHING
    low, high = interval["low"], interval["high"]
    if metric in POINTS:
        return _minus(f"{100 * low:.1f} to {100 * high:.1f} %")
    return f"{number(low)} to {number(high)}"


def difference(interval: Interval | None, metric: str) -> str:
    """Return a difference without its interval, such as "+5.2 points"."""
    if interval is None or not known(interval["mean"]):
        return NOTHING
    mean = interval["mean"]
    return _minus(f"{100 * mean:+.1f} points") if metric in POINTS else signed(mean)


def difference_ends(interval: Interval | None, metric: str) -> str:
    """Return where the interval of a difference reaches, "+3.1 to +7.3"."""
    if interval is None or not known(interval["low"]) or not known(interval["high"]):
        return "not known"
    low, high = interval["low"], interval["high"]
    if metric in POINTS:
        return _minus(f"{100 * low:+.1f} to {100 * high:+.1f}")
    return f"{signed(low)} to {signed(high)}"


def signed(value: float) -> str:
    """Return a number with its sign."""
    return _minus(f"{value:+,.0f}" if abs(value) >= 1000 else f"{value:+.3g}")


def _minus(text: str) -> str:
    return text.replace("-", "−")


def share(part: float, whole: float) -> str:
    """Return a share in percent, or a dash of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else NOTHING


def cell(value: Any) -> str:
    """Return a table's cell, short."""
    if value is None:
        return "missing"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, datetime):
        return str(value).removesuffix(" 00:00:00")
    text = " ".join(str(value).split())
    return text if len(text) <= 48 else f"{text[:47]}…"


def seconds(value: float) -> str:
    """Return a time, such as "3 min 20 s"."""
    if value < 60:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def some(count: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun, such as "3 folds"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
