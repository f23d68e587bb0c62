"""Comparisons whose trainings are made up: every figure of a page within seconds."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
from PIL import Image

from sidelight.experiments.compare import CompareConfig, Comparison
from sidelight.experiments.compare._arm_result import results_of
from sidelight.experiments.compare._arms import arms_of
from sidelight.experiments.compare._leaks import Sign
from sidelight.experiments.compare._plan import Plan
from sidelight.experiments.compare._scores import Scores
from sidelight.experiments.compare._stack import stack_units
from sidelight.experiments.compare._unit import Unit
from sidelight.experiments.compare._units import Units
from sidelight.experiments.compare._verdict import judge
from sidelight.report import write_comparison
from sidelight.schema import Column, Schema
from sidelight.table import Pictures, Table
from sidelight.workflow import make_config, prepare_folds

CLASSES = ("forest", "grassland", "<script>alert(1)</script>", "steppe & tundra")
RIGHT = {
    "none": 0.62, "metadata": 0.5, "trees": 0.52, "film": 0.8, "concat": 0.74,
    "metadata shuffled": 0.61, "images shuffled": 0.5,
}  # fmt: skip


def make_table(
    folder: Path,
    num_rows: int = 240,
    classes: tuple[str, ...] = CLASSES,
    *,
    task: str = "multiclass",
    location: bool = True,
    pictures: int = 60,
    per_class: int = 8,
) -> Table:
    """Return rows with every kind of column; so many of them have a picture."""
    rng = np.random.default_rng(3)
    code = np.r_[
        np.arange(len(classes)).repeat(per_class),
        rng.integers(len(classes), size=num_rows),
    ]
    code = (
        rng.permutation(code[:num_rows])
        if len(classes) * per_class <= num_rows
        else code
    )
    num_rows = len(code)
    height = np.where(rng.random(num_rows) < 0.1, np.nan, rng.gamma(2, 300, num_rows))
    start = datetime(2019, 1, 1)
    days = rng.integers(0, 1500, num_rows)
    frame = pl.DataFrame(
        {
            "file": [f"{i}.png" for i in range(num_rows)],
            "elevation": pl.Series(height).fill_nan(None),
            "sensor": rng.choice(
                ["alpha", "beta", "rare", None], num_rows, p=[0.6, 0.27, 0.03, 0.1]
            ),
            "taken": [start + timedelta(days=int(d)) for d in days],
            "latitude": rng.uniform(-55, 70, num_rows),
            "longitude": rng.uniform(-170, 170, num_rows),
            "label": code * 1.5 + rng.normal(size=num_rows) * 0.2
            if task == "regression"
            else [classes[c] for c in code],
        }
    )
    columns = [
        Column(name="elevation", kind="numeric", sources=("elevation",)),
        Column(name="sensor", kind="categorical", sources=("sensor",)),
        Column(name="taken", kind="datetime", sources=("taken",)),
    ]
    if location:
        place = ("latitude", "longitude")
        columns.append(Column(name="location", kind="location", sources=place))
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(min(pictures, num_rows)):
        level = np.array([60 + 150 * code[number] / max(len(classes) - 1, 1), 140, 90])
        noise = rng.normal(0, 22, (40, 56, 3)) + level
        picture = Image.fromarray(noise.clip(0, 255).astype("uint8"))
        picture.save(folder / f"{number}.png")
    return Table(
        frame,
        Schema(image="file", target="label", task=task, columns=tuple(columns)),
        "scenes.csv",
        np.arange(1, num_rows + 1),
        images=Pictures(folder / f"{i}.png" for i in range(num_rows)),
        dropped={"the picture is damaged": 3},
    )


def make_comparison(
    table: Table,
    *,
    right: dict[str, float] | None = None,
    strategies: tuple[str, ...] = ("film", "concat"),
    num_folds: int = 3,
    seeds: int = 2,
    signs: tuple[Sign, ...] = (),
) -> Comparison:
    """Return a comparison whose arms are right as often as said."""
    config = make_config({"network": {"fusion": "metadata", "backbone": "small"}})
    folds = prepare_folds(table, config, num_folds, progress=False)
    units, arms = Units(), arms_of(strategies)
    shares = RIGHT if right is None else right
    luck = np.random.default_rng(0).random(len(table))
    scores = Scores(
        units,
        folds,
        "accuracy" if folds[0].preprocessor.classes else "r2",
        config.split,
    )
    for number, arm in enumerate(arms):
        for fold in range(num_folds):
            for seed in range(seeds):
                rng = np.random.default_rng((number, fold, seed))
                share = shares.get(arm.name, 0.6 + 0.01 * number)
                figures = {}
                for part in ("val", "test"):
                    truth = scores.truth(fold, part)
                    rows = folds[fold].split.indices(part)
                    own = np.where(rng.random(len(rows)) < 0.1,
                                   rng.random(len(rows)), luck[rows])  # fmt: skip
                    figures[part] = _answers(truth, own < share, share, folds[0], rng)
                units.add(_unit(arm, fold, seed, figures, share, rng))
    if "film" in strategies:
        for fold in range(num_folds):
            truth = scores.truth(fold, "val")
            for seed in range(seeds):
                pair = [units.finished[n, fold, seed] for n in ("none", "film")]
                units.finished["stack", fold, seed] = stack_units(
                    *pair, truth, folds[0].preprocessor.known_target.task
                )
    results = results_of(arms, scores, {"concat": ["on maps computed once"]})
    return Comparison(
        results=results,
        verdict=judge(results, scores, list(signs), 0.01),
        signs=list(signs),
        plan=Plan(num_folds, seeds, 10, ("the budget allowed 10 of 30 epochs",)),
        metric=scores.metric,
        config=config,
        options=CompareConfig(strategies=strategies, seeds=seeds, folds=num_folds),
        scores=scores,
        warnings=["column 'sensor' goes one to one with <b>nothing</b>"],
        seconds=754.2,
        page=write_comparison,
    )


def _answers(truth, is_right, share, prepared, rng):
    classes = prepared.preprocessor.classes
    if not classes:
        return truth + rng.normal(size=len(truth)) * (2.2 * (1 - share))
    chosen = np.where(is_right, truth, (truth + 1 + rng.integers(2, size=len(truth))))
    logits = rng.normal(size=(len(truth), len(classes)))
    logits[np.arange(len(truth)), chosen % len(classes)] += rng.uniform(
        3, 7, len(truth)
    )
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _unit(arm, fold, seed, figures, share, rng) -> Unit:
    epochs = np.arange(1, 11)
    rise = share * (1 - np.exp(-epochs / 3)) + rng.normal(size=10) * 0.02
    history = [
        {
            "epoch": int(e),
            "accuracy": float(min(1, r + 0.02 * e)),
            "loss": float(2 - r - 0.04 * e),
            "val_accuracy": float(r),
            "val_loss": float(2 - r),
            "seconds": 2.0,
        }
        for e, r in zip(epochs, rise, strict=True)
    ]
    is_network = bool(arm.fusion)
    return Unit(
        arm.name,
        fold,
        seed,
        figures,
        seconds=12.5 if is_network else 0.4,
        epochs=10 if is_network else 0,
        parameters=605_441 if is_network else 0,
        ms_per_row=0.41 if is_network else 0.0,
        history=history if is_network else [],
    )
