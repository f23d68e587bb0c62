"""Learning curves: each epoch's mean and range over folds and seeds."""

from __future__ import annotations

from typing import Any

import numpy as np

from sidelight.experiments.compare._units import Units

NO_FIGURES = ("epoch", "seconds", "learning_rate")


def learning_curves(units: Units) -> list[dict[str, Any]]:
    """Return the curves of every arm that is a network.

    Returns:
        For each arm `arm`, `trainings`, and `figures`: by name, such as "loss" and
        "val_loss", the `mean`, `low` and `high` of each epoch, from the first, over
        the trainings that had it.
    """
    histories: dict[str, list[list[dict[str, float]]]] = {}
    for unit in units.finished.values():
        if unit.history:
            histories.setdefault(unit.arm, []).append(unit.history)
    return [
        {"arm": arm, "trainings": len(found), "figures": _figures(found)}
        for arm, found in histories.items()
    ]


def _figures(histories: list[list[dict[str, float]]]) -> dict[str, dict[str, Any]]:
    names = [name for name in histories[0][0] if name not in NO_FIGURES]
    longest = max(map(len, histories))
    figures = {}
    for name in names:
        epochs = [
            [h[epoch][name] for h in histories if epoch < len(h) and name in h[epoch]]
            for epoch in range(longest)
        ]
        figures[name] = {
            "mean": [float(np.mean(values)) for values in epochs],
            "low": [min(values) for values in epochs],
            "high": [max(values) for values in epochs],
        }
    return figures
