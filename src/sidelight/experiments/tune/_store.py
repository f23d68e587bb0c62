"""A search in a directory: begun or gone on with, and its winner a run of its own."""

from __future__ import annotations

from typing import Any

from sidelight.experiments.tune._config import TuneConfig, metric_for
from sidelight.experiments.tune._result import TuneResult
from sidelight.experiments.tune._search import Deadline, Say, make_pruner, search
from sidelight.experiments.tune._space import Space
from sidelight.experiments.tune._study import fingerprint_of, load_optuna, open_study
from sidelight.experiments.tune._train import Trainer
from sidelight.experiments.tune._winner import Outcome
from sidelight.runs import RunDirectory, environment, write_json
from sidelight.table import Table
from sidelight.training import FeatureStore
from sidelight.workflow import Prepared, RunConfig, prepare

STUDY = "study.db"


def tune_and_store(
    table: Table,
    config: RunConfig,
    given: dict[str, Any],
    options: TuneConfig,
    directory: RunDirectory,
    *,
    resume: bool = False,
    say: Say = lambda _: None,
) -> TuneResult:
    """Search, train the winner again, and score it on the test rows once.

    Rows are split, packed and encoded once for all trials. Test rows take no part in
    the search. Where it is interrupted, the finished trials stay.

    Args:
        table: Checked rows.
        config: Options of every training, where none is searched.
        given: Those of them that are held, nested as in the configuration.
        options: How long is searched, and for what.
        directory: A fresh directory; or one whose search goes on.
        resume: Whether to go on with what stands there.
        say: Called with a line for each finished trial.

    Raises:
        InputError: If the data or the options cannot be used, or every trial failed.
        RunError: If the database cannot be read, is locked, or holds no study.
        MissingPackageError: If Optuna is not installed.
    """
    load_optuna()
    deadline = Deadline(options.budget)
    fusions = tuple(dict.fromkeys(options.fusions)) or (config.network.fusion,)
    space = Space(config, given, fusions)  # refuses before pictures are packed
    prepared = prepare(table, _with_pictures(config, fusions))
    config = config.model_copy(update={"network": prepared.chosen(config.network)})
    space = Space(config, given, fusions, has_pictures=prepared.rule is not None)
    trainer = Trainer(prepared, _metric(prepared, options))
    if not resume:
        directory.start()
        write_json(directory.environment, environment())
    pruner = make_pruner(config.train.epochs)
    prints = fingerprint_of(prepared, space, trainer.metric, config)
    path = directory.path / STUDY
    with open_study(path, prints, pruner, resume=resume) as study:
        outcome = Outcome(study, space, prepared.table, directory, trainer.metric)
        try:
            with FeatureStore() as trainer.features:
                search(
                    study,
                    space,
                    trainer,
                    trials=options.trials,
                    seed=config.train.seed,
                    deadline=deadline,
                    say=say,
                )
        except KeyboardInterrupt:
            outcome.write()
            raise
        found = outcome.winner(say)
    directory.finish()
    return found


def _with_pictures(config: RunConfig, fusions: tuple[str, ...]) -> RunConfig:
    """Return options that prepare pictures where one of the fusions needs them."""
    fusion = next((name for name in fusions if name != "metadata"), "metadata")
    network = config.network.model_copy(update={"fusion": fusion})
    return config.model_copy(update={"network": network})


def _metric(prepared: Prepared, options: TuneConfig) -> str:
    task = prepared.table.schema.task or "multiclass"
    return metric_for(options.metric, task, Trainer(prepared, "").truth)
