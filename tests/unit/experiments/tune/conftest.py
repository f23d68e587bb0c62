"""Studies whose trials cost nothing: a formula in place of a training."""

from __future__ import annotations

import math
import sqlite3
from contextlib import contextmanager

import pytest

from sidelight.experiments.tune import _study
from sidelight.experiments.tune._search import Deadline, make_pruner, search
from sidelight.experiments.tune._space import Space
from sidelight.experiments.tune._study import open_study
from sidelight.experiments.tune._train import Scored
from sidelight.workflow import make_config

PRINT = {"rows": "a", "split": "b", "metric": "c", "space": "d", "options": "e"}
EPOCHS = 6
# Leaves the learning rate, the batch size and the fusion's units to be searched.
FEW = {
    "network": {"dropout": 0.1, "fusion_options": {"stages": None, "num_layers": 1}},
    "augment": {"shift": 0, "horizontal_flip": False},
    "train": {"weight_decay": 0.01},
}


def formula(config, watch):
    """Score best at a rate of 1e-3 and few units; report a figure an epoch."""
    units = config.network.fusion_options["units"]
    value = 1 - abs(math.log10(config.train.learning_rate) + 3) - units / 1000
    for epoch in range(EPOCHS):
        watch(epoch, value * (epoch + 1) / EPOCHS)
    return Scored(value, EPOCHS)


def space_of(given=None, fusions=(), **options):
    """Return the space of a run with these options given."""
    return Space(make_config(given or {}), given or {}, fusions, **options)


def connect_without_waiting_for_the_disk(path):
    connection = sqlite3.connect(path, timeout=_study.PATIENCE, check_same_thread=False)
    connection.execute("pragma synchronous = off")
    return connection


@pytest.fixture(scope="package", autouse=True)
def _quick_databases():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_study, "_connect", connect_without_waiting_for_the_disk)
        yield


@pytest.fixture
def hunt(tmp_path):
    """Return what searches in a study on disk and gives its trials and lines."""
    return Hunter(tmp_path)


class Hunter:
    """Searches in a folder."""

    def __init__(self, folder):
        self.folder = folder

    @contextmanager
    def opened(self, resume, prints=PRINT, name="study.db"):
        path = self.folder / name
        with open_study(path, prints, make_pruner(EPOCHS), resume=resume) as study:
            yield study

    def __call__(
        self, trials, scorer=formula, *, resume=False, name="study.db", **more
    ):
        lines = []
        with self.opened(resume, name=name) as study:
            search(
                study,
                more.get("space") or space_of(FEW),
                scorer,
                trials=trials,
                seed=7,
                deadline=Deadline(more.get("seconds")),
                say=lines.append,
            )
            return study.get_trials(), lines
