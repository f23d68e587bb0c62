"""A comparison on disk, and how it goes on after an interruption."""

from __future__ import annotations

from typing import Any

from sidelight.errors import ConfigError
from sidelight.experiments.compare._compare import compare
from sidelight.experiments.compare._comparison import Comparison
from sidelight.experiments.compare._config import CompareConfig
from sidelight.experiments.compare._evidence import Evidence
from sidelight.experiments.compare._label_noise import label_noise_of
from sidelight.experiments.compare._rounds import Say
from sidelight.runs import (
    RunDirectory,
    environment,
    read_json,
    write_csv,
    write_json,
    write_text,
)
from sidelight.table import Table
from sidelight.workflow import RunConfig


def compare_and_store(
    table: Table,
    config: RunConfig,
    options: CompareConfig,
    directory: RunDirectory,
    *,
    resume: bool = False,
    say: Say = lambda _: None,
) -> Comparison:
    """Compare, and leave a run directory behind.

    Args:
        table: Checked rows.
        config: Options of every training.
        options: Options of the comparison.
        directory: A fresh directory; or one that is gone on with.
        resume: Whether to go on with what stands there.
        say: Called with a line for each finished training.

    Raises:
        ConfigError: If what stands there compared other rows, or with other options.
        InputError: If the data cannot be compared; nothing is left then.
    """
    asked = _asked(table, config, options)
    if resume:
        _require_same(directory, asked)

    def begin() -> None:
        if not resume:
            directory.start()
            write_json(directory.asked, asked)
            write_json(directory.environment, environment())

    found = compare(
        table, config, options, folder=directory.path, say=say, on_prepared=begin
    )
    Evidence.of(found).write(directory)
    write_text(directory.config, found.best.config.to_yaml())
    write_json(directory.comparison, found.to_json())
    write_csv(directory.arms, found.table())
    noise = label_noise_of(found.scores, found.verdict.fusion)
    if noise is not None:
        write_csv(directory.label_noise, noise)
    directory.finish()
    return found


def _asked(table: Table, config: RunConfig, options: CompareConfig) -> dict[str, Any]:
    """Return what has to be the same for trainings to be comparable."""
    return {
        "rows": table.digest(),
        "config": config.model_dump(mode="json"),
        "options": options.model_dump(mode="json", exclude={"budget", "margin"}),
    }


def _require_same(directory: RunDirectory, asked: dict[str, Any]) -> None:
    kept = read_json(directory.asked)
    differing = [name for name in asked if kept.get(name) != asked[name]]
    if differing:
        what = {"rows": "other rows", "config": "trainings with other options"}
        problem = (
            f"{directory.path} holds "
            f"{what.get(differing[0], 'a comparison of other arms')}"
        )
        fix = "Repeat its command with --resume, or choose another --name."
        raise ConfigError(problem, fix=fix)
