"""One trial: a network trained on the shared rows, scored on validation rows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import keras

from sidelight.errors import ConfigError
from sidelight.evaluation import evaluate
from sidelight.experiments._session import begin_anew
from sidelight.experiments.tune._config import score_of
from sidelight.nn.heads import Head
from sidelight.registry import HEADS
from sidelight.training import FeatureStore, Override
from sidelight.workflow import OneNetwork, Prepared, RunConfig

Watch = Callable[[int, float], None]


@dataclass(frozen=True)
class Scored:
    """What a trial gave.

    Attributes:
        value: The score on validation rows; higher is better.
        epochs: Epochs that were run.
    """

    value: float
    epochs: int


class Scorer(Protocol):
    """Whatever can say what a configuration is worth."""

    def __call__(self, config: RunConfig, watch: Watch) -> Scored:
        """Return the score; `watch` is called with each epoch and its figure."""
        ...


class Trainer:
    """Trains configurations on the same prepared rows; never looks at test rows.

    Args:
        prepared: Rows, split and encoded inputs.
        metric: The score.
        features: Where a frozen backbone's maps are shared by all trials.
    """

    def __init__(
        self, prepared: Prepared, metric: str, features: FeatureStore | None = None
    ) -> None:
        self.prepared, self.metric, self.features = prepared, metric, features
        self.truth = prepared.truth("val")

    def __call__(self, config: RunConfig, watch: Watch) -> Scored:
        """Train a network and return its score.

        Args:
            config: The options.
            watch: Called after each epoch with its number, from 0, and the watched
                figure, turned so that higher is better; may raise to stop.

        Raises:
            InputError: If the options do not fit the rows or one another, or the loss
                is not a number.
        """
        begin_anew(config.train.seed)
        one = OneNetwork(self.prepared, config, self.features)
        head: Head = HEADS.get(one.spec.task).obj
        watcher = keras.callbacks.LambdaCallback(on_epoch_end=_reporter(head, watch))
        training = one.train(Override(callbacks=[watcher]), None, progress=False)
        predictor = self.prepared.predictor(one.network)
        figures = predictor.figures(one.answers("val"))
        scores = evaluate(self.truth, figures, predictor.names, task=predictor.task)
        value = score_of(self.metric, scores)
        if value is None or not math.isfinite(value):
            problem = f"{self.metric} is not defined on these validation rows"
            raise ConfigError(problem, fix="Choose another --metric or --split.")
        return Scored(value, len(training.history))


def _reporter(head: Head, watch: Watch) -> Callable[..., None]:
    """Return what reports an epoch's watched figure, higher being better."""
    sign = 1.0 if head.mode == "max" else -1.0

    def report(epoch: int, logs: dict[str, float] | None = None) -> None:
        value = (logs or {}).get(head.monitor)
        if value is not None:
            watch(epoch, sign * float(value))

    return report
