"""The demonstration: one data set, several fusions, one table."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sidelight.datasets import blue_marble
from sidelight.evaluation import bootstrap_interval, pictures
from sidelight.runs import RunDirectory, write_json
from sidelight.workflow._config import RunConfig, make_config
from sidelight.workflow._run import Run
from sidelight.workflow._store import train_and_store

CHIP_DEG = 3.2  # 48 pixels at 15 pixels a degree


def run_demo(
    folder: Path,
    fusions: Sequence[str],
    *,
    chips: int,
    epochs: int,
    seed: int,
    say: Callable[[str], None] = lambda _: None,
) -> list[dict[str, Any]]:
    """Train each fusion on the acquired flavour of Blue Marble.

    Location is withheld from the networks (it would answer the question by itself)
    and used for the split only: spatial blocks of 10° with a buffer of one chip.

    Args:
        folder: Where data, runs and the comparison are written; runs are replaced.
        fusions: Registry names, in the order of the table.
        chips: Number of pictures.
        epochs: Passes over the training rows.
        seed: Seed of the network and its training; the split is always the same.
        say: Called with each fusion's name before it is trained.

    Returns:
        For each fusion: name, accuracy on test rows with its interval, seconds per
        epoch, parameters, run directory.
    """
    data = blue_marble(folder / "data", flavour="acquired", chips=chips)
    runs = folder / "runs"
    shutil.rmtree(runs, ignore_errors=True)
    rows = []
    for fusion in fusions:
        say(fusion)
        directory = RunDirectory.create(runs, fusion)
        config = demo_config(data, fusion, epochs, seed, folder / "cache")
        rows.append(_row(fusion, train_and_store(config, directory), directory))
    write_json(folder / "comparison.json", rows)
    pictures.comparison_png(rows, folder / "comparison.png")
    return rows


def demo_config(
    data: Path, fusion: str, epochs: int, seed: int, cache: Path
) -> RunConfig:
    """Return the options of one arm of the demonstration."""
    return make_config(
        {
            "table": {
                "source": str(data / "table.csv"),
                "image": "file",
                "target": "climate",
                "drop": ["lat", "lon"],
            },
            "image": {"cache": str(cache)},
            "split": {
                "method": "spatial",
                "block_deg": 10.0,
                "buffer_deg": CHIP_DEG,
                "seed": 0,
                "latitude": "lat",
                "longitude": "lon",
            },
            "network": {"fusion": fusion},
            "augment": {"vertical_flip": True},
            "train": {"epochs": epochs, "seed": seed},
        }
    )


def _row(name: str, finished: Run, directory: RunDirectory) -> dict[str, Any]:
    test = finished.predictions.filter(finished.predictions["part"] == "test")
    rows = finished.prepared.table.take(finished.prepared.split, "test")
    truth = dict(zip(rows.rows.tolist(), rows.target().to_list(), strict=True))
    right = np.array(
        [
            truth[row] == answer
            for row, answer in zip(test["row"], test["prediction"], strict=True)
        ],
        dtype=float,
    )
    low, high = bootstrap_interval(right)
    seconds = [row["seconds"] for row in finished.training.history]
    return {
        "name": name,
        "accuracy": float(right.mean()),
        "low": low,
        "high": high,
        "seconds_per_epoch": statistics.median(seconds),
        "parameters": finished.predictor.network.count_params(),
        "run": str(directory.path),
    }
