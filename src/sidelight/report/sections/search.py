"""The trials of a search: history, importances, parallel coordinates."""

from __future__ import annotations

from typing import Any

from sidelight.report import _text as t
from sidelight.report.charts.parallel import parallel_chart
from sidelight.report.charts.trials import history_chart

BEST = 15  # trials in the table


def head(tune: dict[str, Any], name: str) -> dict[str, Any]:
    """Return what the top of a search's page shows."""
    winner, metric = tune["winner"], tune["metric"]
    return {
        "name": name,
        "metric": t.METRICS[metric],
        "counts": tune["counts"],
        "total": len(tune["trials"]),
        "winner": winner
        and {
            "trial": winner["trial"],
            "validation": t.score(winner["validation"], metric),
            "test": t.score(winner["test"], metric),
            "optimism": _optimism(winner["optimism"], metric),
            "looks": winner["looks_at_test"],
            "command": winner["command"],
        },
    }


def trials(tune: dict[str, Any]) -> dict[str, Any]:
    """Return the trials as charts and a table."""
    metric = tune["metric"]
    whole = [r for r in tune["trials"] if r["value"] is not None]
    ranked = sorted(whole, key=lambda r: -r["value"])
    shares = sorted(tune["importances"].items(), key=lambda item: -item[1])
    top = max([share for _, share in shares] or [1.0]) or 1.0
    names = list(dict.fromkeys(n for r in whole for n in r["params"]))
    return {
        "metric": t.METRICS[metric],
        "history": history_chart(tune["trials"], metric) if whole else "",
        "parallel": parallel_chart(whole, metric) if len(whole) > 1 else "",
        "importances": [
            {"name": n, "share": f"{100 * s:.0f} %", "width": round(100 * s / top, 1)}
            for n, s in shares
        ],
        "names": names,
        "best": [
            {
                "number": r["number"],
                "value": t.score(r["value"], metric),
                "seconds": t.number(r["seconds"]),
                "cells": [_value(r["params"].get(n, t.NOTHING)) for n in names],
            }
            for r in ranked[:BEST]
        ],
        "left": max(0, len(ranked) - BEST),
        "failed": [
            {"number": r["number"], "error": r["error"]}
            for r in tune["trials"]
            if r["state"] == "failed"
        ][:BEST],
    }


def _optimism(value: float | None, metric: str) -> str:
    if value is None:
        return t.NOTHING
    return t.difference({"mean": value}, metric)


def _value(value: Any) -> str:
    if value is None:
        return "none"
    return f"{value:.3g}" if isinstance(value, float) else t.cell(value)
