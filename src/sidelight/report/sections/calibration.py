"""Reliability before and after temperature scaling."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from sidelight.evaluation import (
    calibration_error,
    fit_temperature,
    reliability,
    row_scores,
    with_temperature,
)
from sidelight.experiments.compare import Evidence
from sidelight.report import _text as t
from sidelight.report._sources import StoredRun
from sidelight.report.charts.reliability import FEWEST, reliability_chart


def of_sides(evidence: Evidence) -> dict[str, Any]:
    """Return the calibration of image only and the best fusion."""
    found = evidence.details["calibration"]
    arms = [_arm(t.arm_title(name), one) for name, one in found.items() if one]
    return {"arms": arms, "why": "", "fewest": FEWEST}


def of_run(run: StoredRun) -> dict[str, Any]:
    """Return the calibration of a run."""
    one_class = run.schema.task not in ("regression", "multilabel")
    if not one_class or run.data is None or run.truth is None:
        return {"arms": [], "why": run.why_no_data if one_class else ""}
    truth_of = dict(zip(run.data.row.to_list(), run.truth.tolist(), strict=True))
    asked = [f"probability_{name}" for name in run.classes]
    truth, figures = {}, {}
    for part in ("val", "test"):
        rows = run.predictions.filter(pl.col("part") == part)
        truth[part] = np.array([truth_of[row] for row in rows["row"]])
        figures[part] = rows.select(asked).to_numpy()
    temperature = fit_temperature(truth["val"], figures["val"])
    found: dict[str, Any] = {"temperatures": [temperature]}
    scaled = with_temperature(figures["test"], temperature)
    for when, probability in (("before", figures["test"]), ("after", scaled)):
        found[when] = {
            "bins": reliability(truth["test"], probability),
            "error": calibration_error(truth["test"], probability),
            "log_loss": -float(
                row_scores("log_loss", truth["test"], probability).mean()
            ),
        }
    return {"arms": [_arm("", found)], "why": "", "fewest": FEWEST}


def _arm(title: str, found: dict[str, Any]) -> dict[str, Any]:
    temperatures = found["temperatures"]
    low, high = min(temperatures), max(temperatures)
    spread = (
        f"{low:.2f}" if f"{low:.2f}" == f"{high:.2f}" else f"{low:.2f} to {high:.2f}"
    )
    return {
        "title": title,
        "temperature": spread,
        "sides": [
            {
                "when": when,
                "error": f"{100 * found[when]['error']:.1f} points",
                "log_loss": t.number(found[when]["log_loss"]),
                "says": _says(found[when]["bins"]),
                "chart": reliability_chart(
                    f"Reliability {title} {when} scaling: share of right answers by "
                    "how sure they are",
                    found[when]["bins"],
                ),
            }
            for when in ("before", "after")
        ],
    }


def _says(bins: list[dict[str, Any]]) -> str:
    """Say what the answers claim and what is true, in words."""
    rows = sum(b["rows"] for b in bins)
    claimed = sum(b["confidence"] * b["rows"] for b in bins) / rows
    right = sum(b["right"] * b["rows"] for b in bins) / rows
    return (
        f"answers say they are {100 * claimed:.0f} % sure, and {100 * right:.0f} % "
        "of them are right"
    )
