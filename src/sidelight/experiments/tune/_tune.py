"""`sl.tune`: the search as a Python call."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sidelight.errors import ConfigError
from sidelight.experiments._given import (
    given_options,
    given_table,
    say_nothing,
    tell,
)
from sidelight.experiments.tune._config import TuneConfig
from sidelight.experiments.tune._result import TuneResult
from sidelight.experiments.tune._store import tune_and_store
from sidelight.nn.options import checked_options
from sidelight.runs import RunDirectory


def tune(
    table: Any,
    *,
    image: str | Sequence[str] | None = None,
    target: str | None = None,
    images: str | Path | None = None,
    fusions: Sequence[str] | str = (),
    trials: int = 50,
    budget: float | None = None,
    metric: str | None = None,
    options: dict[str, Any] | None = None,
    path: str | Path | None = None,
    resume: bool = False,
    verbose: bool = False,
) -> TuneResult:
    """Search for the options that score best on validation rows.

    Learning rate, weight decay, batch size, dropout, random changes of pictures and
    the fusion's own options are searched, as far as `options` does not hold them. The
    winner is trained again and scored on the test rows, once.

    Args:
        table: A `Table`, a Polars or pandas frame, or a path; the last three need
            `target` (and `image`, if there are pictures).
        image: Column that names the pictures; a list of columns for several a row.
        target: Column to predict.
        images: Folder that relative picture paths start from.
        fusions: Fusions to choose from; empty is film, or that of `options`.
        trials: Finished trials wanted, those of an earlier call included.
        budget: Seconds for the search and the winner's training.
        metric: accuracy, balanced_accuracy, log_loss, r2 or mae; None suits the task.
        options: Options that are held, by section, as in `config.yaml`.
        path: A new directory, or the one whose search goes on; None makes one in
            `runs`.
        resume: Whether to go on with the search in `path`.
        verbose: Whether a line is printed for each trial.

    Returns:
        The result: `.best_config`, `.trials`, `.score`; the trained winner is a run in
        `.path / "best"`, which `sidelight.load` reads.

    Raises:
        InputError: If the data or an argument cannot be used, or every trial failed.
        MissingPackageError: If Optuna is not installed.
    """
    named = (fusions,) if isinstance(fusions, str) else tuple(fusions)
    asked = {"fusions": named, "trials": trials, "budget": budget, "metric": metric}
    search = checked_options(TuneConfig, asked, "a search")
    given, config = given_options(
        table, options, image=image, target=target, images=images
    )
    return tune_and_store(
        given_table(table, config),
        config,
        given,
        search,
        _directory(path, resume=resume),
        resume=resume,
        say=tell if verbose else say_nothing,
    )


def _directory(path: str | Path | None, *, resume: bool) -> RunDirectory:
    if resume and path is None:
        problem = "resume=True does not say which search goes on"
        raise ConfigError(problem, fix="Name its directory with path=….")
    if resume and path is not None:
        return RunDirectory.open(path)
    if path is None:
        return RunDirectory.create(Path("runs"), prefix="tune")
    return RunDirectory.create(Path(path).parent, Path(path).name)
