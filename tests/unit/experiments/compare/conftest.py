"""Comparisons whose trainings are made up, so that the right verdict is known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
import pytest

from sidelight.experiments.compare._arm_result import results_of
from sidelight.experiments.compare._arms import Arm, arms_of
from sidelight.experiments.compare._scores import Scores
from sidelight.experiments.compare._unit import Unit
from sidelight.experiments.compare._units import Units
from sidelight.schema import Column, Schema
from sidelight.table import Table
from sidelight.workflow import make_config, prepare_folds


def make_table(num_rows: int, task: str = "multiclass") -> Table:
    """Return rows whose column `tells` holds the answer and `noise` does not."""
    rng = np.random.default_rng(3)
    answer = rng.integers(0, 3, num_rows)
    target = answer * 1.5 + rng.normal(size=num_rows) * 0.1
    frame = pl.DataFrame(
        {
            "tells": answer + rng.normal(size=num_rows) * 0.1,
            "noise": rng.normal(size=num_rows),
            "y": target if task == "regression" else [f"c{a}" for a in answer],
        }
    )
    columns = tuple(
        Column(name=n, kind="numeric", sources=(n,)) for n in ("tells", "noise")
    )
    schema = Schema(target="y", task=task, columns=columns)
    return Table(frame, schema, "t.csv", np.arange(1, num_rows + 1))


@dataclass
class Case:
    """Made-up trainings of every arm."""

    arms: list[Arm]
    scores: Scores
    units: Units

    def results(self):
        return results_of(self.arms, self.scores, {})


@pytest.fixture
def made_up():
    """Return a comparison of film and concat; arms answer right as often as said.

    An arm's answers are right in the rows whose own luck is below its accuracy, so that
    arms agree in most rows, as networks do; `own` is the share of rows with fresh luck.
    """

    def make(right, num_rows=1500, num_folds=5, seeds=3, own=0.05, val_right=None):
        table = make_table(num_rows)
        config = make_config({})
        folds = prepare_folds(table, config, num_folds, progress=False)
        units = Units()
        arms = arms_of(("film", "concat"))
        luck = np.random.default_rng(0).random(num_rows)
        for number, arm in enumerate(arms):
            for fold, prepared in enumerate(folds):
                for seed in range(seeds):
                    rng = np.random.default_rng((number, fold, seed))
                    mine = np.where(
                        rng.random(num_rows) < own, rng.random(num_rows), luck
                    )
                    figures = {}
                    for part in ("val", "test"):
                        wanted = right[arm.name]
                        if part == "val" and val_right:
                            wanted = val_right.get(arm.name, wanted)
                        rows = prepared.split.indices(part)
                        truth = prepared.preprocessor.encode_target(table.at(rows))
                        figures[part] = answers(truth, mine[rows] < wanted)
                    units.add(Unit(arm.name, fold, seed, figures, seconds=1.0))
        return Case(arms, Scores(units, folds, "accuracy", config.split), units)

    return make


def answers(truth, is_right):
    """Return probabilities that are right in those rows, and wrong elsewhere."""
    chosen = np.where(is_right, truth, (truth + 1) % 3)
    return 0.1 + 0.7 * np.eye(3)[chosen]


def failed(unit: Unit) -> Unit:
    return replace(unit, figures={}, failed="it does not fit")
