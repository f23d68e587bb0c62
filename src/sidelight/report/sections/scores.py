"""The scores of one trained model."""

from __future__ import annotations

from typing import Any

from sidelight.report import _text as t
from sidelight.report._sources import StoredRun

PARTS = ("train", "val", "test")
MOST_CLASSES = 40
HEADLINES = ("accuracy", "mean_average_precision", "r2")

HEADINGS = {
    "support": "rows",
    "average_precision": "average precision",
    "roc_auc": "ROC-AUC",
    "f1": "F1",
}


def head(run: StoredRun, name: str) -> dict[str, Any]:
    """Return what the top of a run's page shows."""
    test = run.metrics["test"]
    metric = next(name for name in HEADLINES if name in test)
    network = run.config.network
    return {
        "name": name,
        "score": t.score(test[metric], metric),
        "measured_by": t.METRICS[metric],
        "rows": test["rows"],
        "target": ", ".join(run.schema.targets),
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
    test = run.metrics["test"]
    classes = test.get("per_class", {})
    largest = sorted(classes, key=lambda n: -classes[n]["support"])[:MOST_CLASSES]
    several = test.get("per_label") or test.get("per_target") or {}
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
        "several": _table(several),
    }


def _table(several: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the scores of each label or target, the labels with most rows."""
    names = sorted(several, key=lambda n: -several[n].get("support", 0))[:MOST_CLASSES]
    scores = list(several[names[0]]) if names else []
    return {
        "scores": [HEADINGS.get(score, t.SCORES.get(score, score)) for score in scores],
        "rows": [
            {"name": t.cell(n), "cells": [t.number(several[n][s]) for s in scores]}
            for n in names
        ],
        "hidden": len(several) - len(names),
    }


def _percent(value: float | None) -> str:
    return t.NOTHING if value is None else f"{100 * value:.1f} %"
