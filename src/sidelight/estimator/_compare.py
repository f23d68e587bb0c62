"""`sl.compare`: the comparison, with an estimator for the winner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sidelight.estimator._estimator import Classifier, Regressor
from sidelight.experiments._given import (
    given_options,
    given_table,
    say_nothing,
    tell,
)
from sidelight.experiments.compare import (
    CompareConfig,
    Comparison,
    compare_and_store,
)
from sidelight.experiments.compare import compare as run_comparison
from sidelight.nn.options import checked_options
from sidelight.report import write_comparison, write_report
from sidelight.runs import RunDirectory
from sidelight.workflow import RunConfig


def compare(
    table: Any,
    *,
    image: str | Sequence[str] | None = None,
    target: str | None = None,
    images: str | Path | None = None,
    strategies: Sequence[str] | str | None = None,
    seeds: int = 3,
    folds: int | None = None,
    budget: float | None = None,
    margin: float = 0.01,
    options: dict[str, Any] | None = None,
    path: str | Path | None = None,
    verbose: bool = False,
) -> Comparison:
    """Say whether the metadata helps, how much, and with which fusion.

    Args:
        table: A `Table`, a Polars or pandas frame, or a path; the last three need
            `image` and `target`.
        image: Column that names the pictures; a list of columns for several a row.
        target: Column to predict.
        images: Folder that relative picture paths start from.
        strategies: Fusions to compare, or "all"; None takes one of each family. Image
            only, metadata only, the controls and a stack are always added.
        seeds: Trainings of each arm on each fold.
        folds: Parts of the rows that are test in turn; None is 5 below 20,000 rows
            where the split allows it.
        budget: Seconds for everything; folds, then seeds, then epochs are reduced.
        margin: The smallest difference of the score that would matter.
        options: Options of every training by section, as in `config.yaml`.
        path: A new run directory, with `report.html` in it; None writes nothing.
        verbose: Whether a line is printed for each training.

    Returns:
        The comparison: `.table()`, `.verdict`, `.best.fit()`, `.report("report.html")`.

    Raises:
        InputError: If the data or an argument cannot be used.
    """
    given: dict[str, Any] = {
        "seeds": seeds,
        "folds": folds,
        "budget": budget,
        "margin": margin,
    }
    if strategies is not None:
        names = (strategies,) if isinstance(strategies, str) else tuple(strategies)
        given["strategies"] = names
    asked = checked_options(CompareConfig, given, "a comparison")
    _, config = given_options(table, options, image=image, target=target, images=images)
    table = given_table(table, config)
    say = tell if verbose else say_nothing
    if path is None:
        found = run_comparison(table, config, asked, say=say)
    else:
        directory = RunDirectory.create(Path(path).parent, Path(path).name)
        found = compare_and_store(table, config, asked, directory, say=say)
        write_report(directory.path)
    return replace(found, make=_estimator, page=write_comparison)


def _estimator(config: RunConfig, task: str) -> Classifier | Regressor:
    """Return an unfitted estimator with these options."""
    cls = Regressor if task == "regression" else Classifier
    return cls(fusion=config.network.fusion, options=config.model_dump(mode="json"))
