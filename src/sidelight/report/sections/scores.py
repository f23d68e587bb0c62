"""The scores of one trained model."""

from __future__ import annotations

from typing import Any

from sidelight.report import _text as t
from sidelight.report._sources import StoredRun

PARTS = ("train", "val", "test")
MOST_CLASSES = 40


def head(run: StoredRun, name: str) -> dict[str, Any]:
    """Return what the top of a run's page shows."""
    test = run.metrics["test"]
    metric = "accuracy" if "accuracy" in test else "r2"
    network = run.config.network
    return {
        "name": name,
        "score": t.score(test[metric], metric),
        "measured_by": t.METRICS[metric],
        "rows": test["rows"],
        "target": run.schema.target,
        "fusion": network.fusion,
        "backbone": network.backbone,
        "training": run.metrics["training"],
    }


def context(run: StoredRun) -> dict[str, Any]:
    """Return the scores of each part, and of each class of the test rows."""
    parts = {part: run.metrics[part] for part in PARTS}
    lines = [
        {"name": label, "cells": [t.number(part.get(key)) for part in parts.values()]}
        for key, label in t.SCORES.items()
        if any(key in part for part in parts.values())
    ]
    classes = run.metrics["test"].get("per_class", {})
    largest = sorted(classes, key=lambda n: -classes[n]["support"])[:MOST_CLASSES]
    return {
        "parts": [
            {"name": t.PARTS[n], "rows": part["rows"]} for n, part in parts.items()
        ],
        "lines": lines,
        "classes": [
            {
                "name": t.cell(name),
                "rows": classes[name]["support"],
                "sensitivity": _percent(classes[name]["sensitivity"]),
                "specificity": _percent(classes[name]["specificity"]),
            }
            for name in classes
            if name in set(largest)
        ],
        "hidden": len(classes) - len(largest),
    }


def _percent(value: float | None) -> str:
    return t.NOTHING if value is None else f"{100 * value:.1f} %"
