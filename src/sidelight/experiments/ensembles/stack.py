"""Stacking: networks that look at a part each, and a combiner of their answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from pydantic import Field
from sklearn.linear_model import LogisticRegression, Ridge

from sidelight.experiments.ensembles._members import member_config
from sidelight.nn.ensemble import COMBINER, join
from sidelight.nn.options import checked_options
from sidelight.predictor import answers_of
from sidelight.registry import ENSEMBLES, FUSIONS
from sidelight.runs import write_atomically
from sidelight.schema import Record, Task
from sidelight.splits import inner_folds
from sidelight.training import Override, Training
from sidelight.training.progress import say
from sidelight.workflow import OneNetwork, Prepared, RunConfig

SURE = 7.0  # log-odds of one in a thousand


class StackConfig(Record):
    """Options of stacking.

    Attributes:
        members: Fusions whose networks are combined, each with its own defaults.
        folds: Into so many parts the training rows are cut; each is predicted by
            networks that were trained on the others.
    """

    members: tuple[str, ...] = Field(default=("none", "metadata"), min_length=2)
    folds: int = Field(default=5, ge=2)


@ENSEMBLES.register(
    "stack",
    summary="several networks, combined by a regression on out-of-fold predictions",
    paper="Wolpert 1992, doi 10.1016/S0893-6080(05)80023-1",
    capabilities={"image", "metadata"},
)
class Stack:
    """Networks trained one by one, and a linear combiner of their log-answers.

    The combiner is a logistic regression (ridge for numbers) on answers for rows that
    the answering network was not trained on; on rows it had seen, the network that
    overfits most would be trusted most. In the end the members are those trained on
    all training rows. `members × (folds + 1)` trainings in all.

    Args:
        prepared: Rows, split and encoded inputs.
        config: The run's options.

    Raises:
        ConfigError: If a member or an option does not fit.
    """

    def __init__(self, prepared: Prepared, config: RunConfig) -> None:
        self.prepared = prepared
        self.notes: list[str] = []
        self.options = checked_options(
            StackConfig, config.network.fusion_options, "fusion 'stack'"
        )
        for name in self.options.members:
            FUSIONS.check(name)
        trainings = len(self.options.members) * (self.options.folds + 1)
        self.configs = {
            name: member_config(config, name, trainings)
            for name in self.options.members
        }
        self.split = config.split
        self.members = self._members(prepared)
        self.task = prepared.preprocessor.known_target.task
        self.network = _joined(self.members, self.task)

    def train(
        self, override: Override | None, checkpoint: Path | None, *, progress: bool
    ) -> Training:
        """Train the members, predict held-out rows by others, fit the combiner.

        Until the combiner is fitted, the checkpoint holds an equal mixture.

        Returns:
            The training of the first member on all training rows.
        """
        trainings = []
        for name, member in self.members.items():
            say(f"{name}, all training rows", progress)
            trainings.append(member.train(override, None, progress=progress))
        if checkpoint is not None:
            write_atomically(checkpoint, self.network.save)
        rows, answers = self._held_out(override, progress)
        target = self.prepared.preprocessor.encode_target(self.prepared.table.at(rows))
        kernel, bias = fit_combiner(answers, target, self.task)
        self.network.get_layer(COMBINER).set_weights([kernel, bias])
        return trainings[0]

    def _members(self, prepared: Prepared) -> dict[str, OneNetwork]:
        return {
            name: OneNetwork(prepared, config) for name, config in self.configs.items()
        }

    def _held_out(self, override: Override | None, progress: bool) -> tuple[Any, Any]:
        """Return positions of the training rows and the members' answers for them."""
        table, options = self.prepared.table, self.options
        splits = inner_folds(table, self.prepared.split, self.split, options.folds)
        rows, answers = [], []
        for number, split in enumerate(splits):
            fold = replace(self.prepared, split=split)
            members = self._members(fold)
            for name, member in members.items():
                say(f"{name}, without fold {number + 1} of {len(splits)}", progress)
                member.train(override, None, progress=progress)
            rows.append(split.indices("test"))
            joined = _joined(members, self.task)
            side_by_side = keras.Model(joined.input, joined.get_layer(COMBINER).input)
            answers.append(answers_of(side_by_side, fold.source("test")))
        return np.concatenate(rows), np.concatenate(answers)


def _joined(members: dict[str, OneNetwork], task: Task) -> keras.Model:
    return join({name: member.network for name, member in members.items()}, task)


def fit_combiner(answers: Any, target: Any, task: Task) -> tuple[Any, Any]:
    """Fit the linear layer from members' answers to outputs.

    Args:
        answers: `(rows, members * outputs)`, logarithms for classes, log-odds for
            labels.
        target: `(rows,)` class indices, `(rows, labels)` of 0 and 1, or scaled numbers.
        task: What is answered.

    Returns:
        Kernel `(members * outputs, outputs)` and bias `(outputs,)`.
    """
    if task == "regression":
        fitted = Ridge(alpha=1.0).fit(answers, target)
        kernel = np.atleast_2d(fitted.coef_).T
        return kernel, np.reshape(fitted.intercept_, -1)
    if task == "multilabel":
        each = [_of_label(answers, label) for label in target.T]
        return np.stack([k for k, _ in each], axis=1), np.array([b for _, b in each])
    fitted = LogisticRegression(max_iter=2000).fit(answers, target)
    kernel, bias = fitted.coef_.T, fitted.intercept_
    if task != "binary" and kernel.shape[1] == 1:  # two classes, an output each
        return np.concatenate([0 * kernel, kernel], axis=1), np.append(0 * bias, bias)
    return kernel, bias


def _of_label(answers: Any, there: Any) -> tuple[Any, float]:
    """Return weights of all members' answers, and a constant, for one label."""
    if np.ptp(there) == 0:  # in these rows always, or never
        return np.zeros(answers.shape[1]), SURE if there[0] else -SURE
    fitted = LogisticRegression(max_iter=2000).fit(answers, there)
    return fitted.coef_[0], float(fitted.intercept_[0])
