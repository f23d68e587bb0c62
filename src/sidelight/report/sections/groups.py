"""What each class, and each value of a column, gains or loses."""

from __future__ import annotations

from typing import Any

from sidelight.evaluation import FALLING
from sidelight.experiments.compare import Evidence
from sidelight.report import _text as t


def context(evidence: Evidence) -> dict[str, Any]:
    """Return the groups of every column, the classes first."""
    columns = [_column(one) for one in evidence.details["groups"] if one["groups"]]
    told = [g for c in columns for g in c["groups"] if g["word"] != "not told apart"]
    num_groups = sum(len(c["groups"]) for c in columns)
    by_luck = round(num_groups / 20)
    return {
        "fusion": evidence.facts["fusion"],
        "columns": columns,
        "is_error": any(c["metric"] in FALLING for c in columns),
        "num_told": len(told),
        "num_groups": num_groups,
        "by_luck": by_luck,
        "left": len(evidence.schema.columns) > len(columns),
    }


def _column(found: dict[str, Any]) -> dict[str, Any]:
    metric = found["metric"]
    gains = [g["gain"] for g in found["groups"]]
    widest = max(
        [abs(v) for g in gains for v in (g["low"], g["high"]) if t.known(v)]
        or [1.0]
    ) or 1.0  # fmt: skip
    return {
        "name": found["column"],
        "is_target": found["kind"] == "target",
        "metric": metric,
        "hidden": found["hidden"],
        "groups": [_group(g, metric, widest) for g in found["groups"]],
    }


def _group(found: dict[str, Any], metric: str, widest: float) -> dict[str, Any]:
    gain = found["gain"]
    sign = -1 if metric in FALLING else 1  # an error is shown without its minus
    low = gain["low"] if t.known(gain["low"]) else -widest
    high = gain["high"] if t.known(gain["high"]) else widest
    return {
        "value": t.cell(found["value"]),
        "rows": found["rows"],
        "image_only": t.score(sign * found["image_only"], metric),
        "fusion": t.score(sign * found["fusion"], metric),
        "gain": t.difference(gain, metric),
        "ends": t.difference_ends(gain, metric),
        "word": _word(gain),
        "small": found["small"],
        "at": _place(gain["mean"], widest),
        "left": _place(low, widest),
        "width": round(_place(high, widest) - _place(low, widest), 2),
    }


def _word(gain: dict[str, Any]) -> str:
    if t.known(gain["low"]) and gain["low"] > 0:
        return "gains"
    if t.known(gain["high"]) and gain["high"] < 0:
        return "loses"
    return "not told apart"


def _place(value: float, widest: float) -> float:
    return round(50 + 48 * min(max(value / widest, -1), 1), 2)
