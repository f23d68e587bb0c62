"""Scores and differences as people say them."""

from __future__ import annotations

from sidelight.evaluation import POINTS, Interval


def score(value: float, metric: str) -> str:
    """Return a score, such as "63.1 %"."""
    return f"{100 * value:.1f} %" if metric in POINTS else f"{value:.3f}"


def amount(value: float, metric: str) -> str:
    """Return a size, such as "1.0 points"."""
    return f"{100 * value:.1f} points" if metric in POINTS else f"{value:.3f}"


def change(interval: Interval, metric: str) -> str:
    """Return a difference with its interval, such as "+5.2 points (+3.1 to +7.3)"."""
    unit, digits, times = (" points", 1, 100) if metric in POINTS else ("", 3, 1)
    mean, low, high = (
        f"{times * value:+.{digits}f}".replace("-", "−")
        for value in (interval.mean, interval.low, interval.high)
    )
    return f"{mean}{unit} ({low} to {high})"
