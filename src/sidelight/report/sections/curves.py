"""Learning curves: one small chart for each arm and figure."""

from __future__ import annotations

from typing import Any

import polars as pl

from sidelight.experiments.compare import Evidence
from sidelight.report import _text as t
from sidelight.report._sources import StoredRun
from sidelight.report.charts.curves import curve_chart, range_of

NO_FIGURES = ("epoch", "seconds", "learning_rate")
MOST_FIGURES = 4  # of a single run


def of_arms(evidence: Evidence) -> dict[str, Any]:
    """Return the curves of all arms, on one axis for each figure."""
    curves = evidence.details["curves"]
    names = ["loss"]
    others = [n for c in curves for n in c["figures"]]
    own = [n for n in others if not n.startswith("val_") and n != "loss"]
    names = [*own[:1], *names] if own else names
    figures = [
        {
            "name": name,
            "panels": [_panel(c, name, curves) for c in curves if name in c["figures"]],
        }
        for name in names
    ]
    return {
        "figures": figures,
        "many": any(c["trainings"] > 1 for c in curves),
        "is_comparison": True,
    }


def of_run(run: StoredRun) -> dict[str, Any]:
    """Return the curves of one training."""
    columns = [n for n in run.history.columns if n not in NO_FIGURES]
    curve = {"arm": "", "trainings": 1, "figures": {}}
    for name in columns:
        values = run.history[name].cast(pl.Float64, strict=False).to_list()
        curve["figures"][name] = dict.fromkeys(("mean", "low", "high"), values)  # type: ignore[index]
    own = [n for n in columns if not n.startswith("val_")][:MOST_FIGURES]
    panels = [{**_panel(curve, name, [curve]), "title": name} for name in own]
    figures = [{"name": "", "panels": panels}] if run.history.height else []
    return {"figures": figures, "many": False, "is_comparison": False}


def _panel(
    curve: dict[str, Any], name: str, curves: list[dict[str, Any]]
) -> dict[str, Any]:
    title = t.arm_title(curve["arm"])
    image = next((c for c in curves if c["arm"] == "none"), None)
    reference = None
    if image is not None and curve is not image:
        reference = image["figures"].get(f"val_{name}")
    last = curve["figures"].get(f"val_{name}", curve["figures"][name])["mean"][-1]
    words = f"{name} over the epochs{f' of {title}' if title else ''}: ends at "
    chart = curve_chart(
        words + t.number(last) + " on validation rows",
        curve["figures"],
        name,
        range_of(curves, name),
        reference,
    )
    return {"title": title, "chart": chart, "trainings": curve["trainings"]}
