"""Every arm with its score, as a table and as a forest plot."""

from __future__ import annotations

from typing import Any

from sidelight.experiments.compare import Evidence
from sidelight.report import _text as t
from sidelight.report.charts._frame import padded, tick_values

ROLES = {
    "image": "baseline",
    "metadata": "baseline",
    "fusion": "fusion",
    "stack": "combination",
}
CONTROLS = {
    "metadata shuffled": "control: should be like image only",
    "images shuffled": "control: should be like metadata only",
}


def context(evidence: Evidence) -> dict[str, Any]:
    """Return the arms, best first; failed ones last."""
    facts = evidence.facts
    metric = facts["metric"]
    able = [arm for arm in facts["arms"] if arm["score"] is not None]
    failed = [arm for arm in facts["arms"] if arm["score"] is None]
    able.sort(key=lambda arm: -arm["score"]["mean"])
    low, high = _axis(able)
    return {
        "metric": t.METRICS[metric],
        "best": facts["fusion"],
        "arms": [_row(arm, metric, low, high) for arm in able],
        "failed": [_failed(arm) for arm in failed],
        "reference": _place(_mean(able, "none"), low, high),
        "ticks": [
            {"at": _place(v, low, high), "text": t.tick(v, metric)}
            for v in tick_values(low, high, most=6)
        ],
        "corrected": any(arm["p_adjusted"] is not None for arm in able),
    }


def _axis(arms: list[dict[str, Any]]) -> tuple[float, float]:
    """Return the range of the plot; an interval that is very wide runs out of it."""
    means = [arm["score"]["mean"] for arm in arms]
    spread = max(max(means) - min(means), 1e-9)
    ends = list(means)
    for arm in arms:
        for side in ("low", "high"):
            value = arm["score"][side]
            if t.known(value) and abs(value - arm["score"]["mean"]) < 4 * spread:
                ends.append(value)
    return padded(min(ends), max(ends), 0.03)


def _mean(arms: list[dict[str, Any]], name: str) -> float:
    return float(next(arm for arm in arms if arm["name"] == name)["score"]["mean"])


def _place(value: float | None, low: float, high: float) -> float:
    """Return where a value lies, in percent of the plot's width."""
    if not t.known(value) or value is None:
        return 50.0
    return round(100 * min(max((value - low) / (high - low), 0.0), 1.0), 2)


def _row(arm: dict[str, Any], metric: str, low: float, high: float) -> dict[str, Any]:
    score, gain = arm["score"], arm["gain"]
    left = _place(score["low"], low, high) if t.known(score["low"]) else 0.0
    right = _place(score["high"], low, high) if t.known(score["high"]) else 100.0
    return {
        "name": arm["name"],
        "title": t.arm_title(arm["name"]),
        "role": ROLES.get(arm["role"]) or CONTROLS.get(arm["name"], "control"),
        "kind": arm["role"],
        "score": t.score(score["mean"], metric),
        "ends": t.ends(score, metric),
        "gain": t.difference(gain, metric),
        "gain_ends": "" if gain is None else t.difference_ends(gain, metric),
        "p": t.NOTHING if arm["p_adjusted"] is None else _p(arm["p_adjusted"]),
        "at": _place(score["mean"], low, high),
        "left": left,
        "width": round(right - left, 2),
        "trainings": arm["trainings"],
        "notes": "; ".join(arm["notes"]),
    }


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _failed(arm: dict[str, Any]) -> dict[str, Any]:
    return {"title": t.arm_title(arm["name"]), "notes": "; ".join(arm["notes"])}
