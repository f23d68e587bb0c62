"""A run on disk: written file by file, each under a temporary name first."""

from __future__ import annotations

import csv
import io
from typing import Any

from sidelight.evaluation import pictures
from sidelight.predictor import Predictor
from sidelight.runs import (
    RunDirectory,
    environment,
    write_csv,
    write_json,
    write_parquet,
    write_text,
)
from sidelight.table import Table
from sidelight.training import Override
from sidelight.workflow._config import RunConfig
from sidelight.workflow._network import Method, OneNetwork
from sidelight.workflow._prepare import Prepared
from sidelight.workflow._read import read
from sidelight.workflow._run import Run, run


def train_and_store(
    config: RunConfig,
    directory: RunDirectory,
    *,
    table: Table | None = None,
    method: type[Method] = OneNetwork,
    override: Override | None = None,
    progress: bool = True,
) -> Run:
    """Run the whole way and leave a run directory behind.

    What is known before training is written before training, and the network after
    every epoch, so that an interrupted run can still predict.

    Args:
        config: Every option.
        directory: A fresh run directory.
        table: Checked rows; None reads the table that the configuration names.
        method: What learns.
        override: The user's own loss, metrics, optimizer or callbacks.
        progress: Whether bars and epochs are shown on standard error.

    Raises:
        InputError: If the data or the options cannot be used; nothing is left then.
    """
    if table is None:
        table = read(config.table, config.split)

    def on_prepared(
        chosen: RunConfig, predictor: Predictor, prepared: Prepared
    ) -> None:
        directory.start()
        _store_prepared(chosen, directory, predictor, prepared)

    finished = run(
        table,
        config,
        method=method,
        override=override,
        checkpoint=directory.checkpoint,
        on_prepared=on_prepared,
        progress=progress,
    )
    _store_finished(directory, finished)
    return finished


def save_run(finished: Run, directory: RunDirectory) -> None:
    """Write a run that was made in memory into a fresh run directory."""
    directory.start()
    _store_prepared(finished.config, directory, finished.predictor, finished.prepared)
    _store_finished(directory, finished)


def _store_prepared(
    config: RunConfig,
    directory: RunDirectory,
    predictor: Predictor,
    prepared: Prepared,
) -> None:
    write_text(directory.config, config.to_yaml())
    write_json(directory.environment, environment())
    write_parquet(directory.split, prepared.split.to_frame(prepared.table))
    predictor.save_preprocessing(directory)


def _store_finished(directory: RunDirectory, finished: Run) -> None:
    write_text(directory.history, _as_csv(finished.training.history))
    write_json(directory.metrics, _all_metrics(finished))
    write_parquet(directory.predictions, finished.predictions)
    if finished.audit is not None:
        write_json(directory.audit, finished.audit.to_dict())
    if finished.label_noise is not None:
        write_csv(directory.label_noise, finished.label_noise)
    finished.predictor.save_network(directory)
    _draw(directory, finished)
    directory.finish()


def _all_metrics(finished: Run) -> dict[str, Any]:
    training, prepared = finished.training, finished.prepared
    return {
        **finished.metrics,
        "training": {
            "epochs": len(training.history),
            "best_epoch": training.best_epoch,
            "kept": training.kept,
            "stopped": training.stopped,
            "backbone": finished.config.network.backbone,
            "weights": finished.config.network.weights,
            "notes": finished.notes,
            "parameters": finished.predictor.network.count_params(),
        },
        "rows": {**prepared.split.counts(), "dropped": prepared.table.dropped},
        "warnings": finished.warnings,
    }


def _as_csv(history: list[dict[str, float]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(history[0]) if history else ["epoch"])
    writer.writeheader()
    writer.writerows(history)
    return text.getvalue()


def _draw(directory: RunDirectory, finished: Run) -> None:
    pictures.learning_curves_png(finished.training.history, directory.curves)
    matrix = finished.metrics["test"].get("confusion_matrix")
    if matrix is not None:
        pictures.confusion_png(matrix, finished.predictor.classes, directory.confusion)
