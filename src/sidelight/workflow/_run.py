"""One run, in memory: prepare, build, train, answer, score."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import polars as pl

from sidelight.audit import Audit
from sidelight.evaluation import choose_threshold, evaluate, find_label_noise
from sidelight.predictor import Predictor
from sidelight.schema import Part
from sidelight.table import Table
from sidelight.training import Override, Training
from sidelight.workflow._audit import audit_prepared
from sidelight.workflow._config import RunConfig
from sidelight.workflow._network import Method, OneNetwork
from sidelight.workflow._noticed import Noticed
from sidelight.workflow._prepare import Prepared, prepare

PARTS: tuple[Part, ...] = ("train", "val", "test")


@dataclass(frozen=True)
class Run:
    """What a run gave.

    Attributes:
        config: Its options, with the backbone that "auto" stood for.
        prepared: The table, split and encoded inputs it trained on.
        predictor: The trained model, ready for raw rows.
        training: History, and which epoch's weights were kept.
        metrics: Scores by part: `metrics["test"]["accuracy"]`.
        predictions: The answers for every row, with the part each row was in.
        label_noise: Held-out rows whose label looks wrong; None for numbers.
        audit: What the quick checks of the table and the split found.
        warnings: What was noticed on the way.
        notes: What was decided in training.
    """

    config: RunConfig
    prepared: Prepared
    predictor: Predictor
    training: Training
    metrics: dict[str, Any]
    predictions: pl.DataFrame
    label_noise: pl.DataFrame | None = None
    audit: Audit | None = None
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def run(
    table: Table,
    config: RunConfig,
    *,
    method: type[Method] = OneNetwork,
    override: Override | None = None,
    checkpoint: Path | None = None,
    on_prepared: Any = None,
    progress: bool = True,
) -> Run:
    """Run the whole way on a checked table.

    Args:
        table: From `read_table`.
        config: Every option; its `table` part is not looked at again.
        method: What learns; one network, unless the fusion is made of several.
        override: The user's own loss, metrics, optimizer or callbacks.
        checkpoint: Where the network is saved after every epoch.
        on_prepared: Called with the options, the untrained Predictor and the Prepared
            data before training starts, so that they can be stored.
        progress: Whether bars and epochs are shown on standard error.

    Raises:
        InputError: If the data or the options cannot be used.
    """
    with Noticed() as noticed:
        prepared = prepare(table, config, progress=progress)
        doubts = audit_prepared(prepared, config)
    network_config = prepared.chosen(config.network)
    config = config.model_copy(update={"network": network_config})
    keras.utils.set_random_seed(config.train.seed)
    learner = method(prepared, config)
    predictor = prepared.predictor(learner.network)
    if on_prepared is not None:
        on_prepared(config, predictor, prepared)
    training = learner.train(override, checkpoint, progress=progress)
    predictor = replace(predictor, network=learner.network)
    answers = {part: predictor.answers(prepared.source(part)) for part in PARTS}
    return Run(
        config=config,
        prepared=prepared,
        predictor=predictor,
        training=training,
        metrics=_score(prepared, predictor, answers),
        predictions=_predictions(prepared, predictor, answers),
        label_noise=_label_noise(prepared, predictor, answers),
        audit=doubts,
        warnings=[*table.notes, *noticed.messages],
        notes=learner.notes,
    )


def _score(
    prepared: Prepared, predictor: Predictor, answers: dict[Part, Any]
) -> dict[str, Any]:
    scores: dict[str, Any] = {}
    threshold = None
    truth = {part: prepared.truth(part) for part in PARTS}
    if prepared.table.schema.task == "binary":
        probability = predictor.probabilities(answers["val"])
        threshold = choose_threshold(truth["val"], probability[:, 1])
    for part in PARTS:
        scores[part] = evaluate(
            truth[part],
            predictor.figures(answers[part]),
            predictor.names,
            task=predictor.task,
            threshold=threshold,
        )
    return scores


def _predictions(
    prepared: Prepared, predictor: Predictor, answers: dict[Part, Any]
) -> pl.DataFrame:
    frames = []
    for part in PARTS:
        rows = prepared.table.take(prepared.split, part)
        frame = predictor.frame(rows, predictor.figures(answers[part]))
        frames.append(frame.insert_column(1, pl.lit(part).alias("part")))
    return pl.concat(frames).sort("row")


def _label_noise(
    prepared: Prepared, predictor: Predictor, answers: dict[Part, Any]
) -> pl.DataFrame | None:
    """Judge the labels of the rows that the network has not learned from."""
    if not predictor.classes:
        return None
    held_out: tuple[Part, ...] = ("val", "test")
    found = find_label_noise(
        np.concatenate([prepared.truth(part) for part in held_out]),
        np.concatenate([predictor.figures(answers[part]) for part in held_out]),
        predictor.classes,
    )
    about = pl.concat(
        predictor.rows(prepared.table.take(prepared.split, part)).insert_column(
            1, pl.lit(part).alias("part")
        )
        for part in held_out
    )
    return pl.concat([about[found["at"]], found.drop("at")], how="horizontal")
