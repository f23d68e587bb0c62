"""The winner: trained again, scored on the test rows once, written down."""

from __future__ import annotations

import fcntl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sidelight.errors import ConfigError
from sidelight.experiments.tune._command import command_of
from sidelight.experiments.tune._config import score_of
from sidelight.experiments.tune._result import (
    FORMAT,
    TuneResult,
    counts_of,
    frame_of,
    importances_of,
    records_of,
)
from sidelight.experiments.tune._search import Say, best_of, finished, places
from sidelight.experiments.tune._space import Space
from sidelight.runs import RunDirectory, read_json, write_json, write_text
from sidelight.table import Table
from sidelight.workflow import RunConfig, train_and_store

TUNE, BEST, LOCK = "tune.json", "best", ".lock"
WINNER, LOOKS = "winner", "looks"


@dataclass(frozen=True)
class Outcome:
    """What a study came to, in its directory.

    Attributes:
        study: Its trials.
        space: What was searched.
        table: The rows that all trials were trained on.
        directory: Where everything is written.
        metric: The score.
    """

    study: Any
    space: Space
    table: Table
    directory: RunDirectory
    metric: str

    def winner(self, say: Say) -> TuneResult:
        """Train the winner, unless it stands there, and write what was found.

        Where several processes share the study, one after the other does this.

        Args:
            say: Called with a line before the training.

        Raises:
            ConfigError: If no trial was completed; says why.
        """
        with _alone(self.directory.path / LOCK):
            return self._winner(say)

    def _winner(self, say: Say) -> TuneResult:
        self.write()  # whatever comes of the training
        best = best_of(self.study)
        if best is None:
            raise self._no_winner()
        config = self.space.config(self.space.decoded(best.params))
        place = places(self.study)[best.number]
        stored = RunDirectory(self.directory.path / BEST)
        kept = self.study.user_attrs.get(WINNER)
        if kept != best.number or not _is_complete(stored):
            say(f"training the winner, trial {place}, to score it on test")
            self._train(config)
            looks = self.study.user_attrs.get(LOOKS, 0) + 1
            self.study.set_user_attr(LOOKS, looks)
            self.study.set_user_attr(WINNER, best.number)
        write_text(self.directory.config, config.to_yaml())
        found = TuneResult(
            path=self.directory.path,
            metric=self.metric,
            trials=frame_of(records_of(self.study, self.space)),
            best_trial=place,
            best_config=config,
            validation=best.value,
            score=score_of(self.metric, read_json(stored.metrics)["test"]),
            looks=self.study.user_attrs[LOOKS],
            command=command_of(config, stored.config),
            importances=importances_of(self.study),
        )
        self.write(found)
        return found

    def write(self, found: TuneResult | None = None) -> None:
        """Write the trials so far, and the winner once there is one."""
        records = records_of(self.study, self.space)
        none: dict[str, Any] = {"winner": None, "importances": {}}
        shown = {
            "format": FORMAT,
            "metric": self.metric,
            "counts": counts_of(record["state"] for record in records),
            **(none if found is None else found.to_json()),
            "trials": records,
        }
        write_json(self.directory.path / TUNE, shown)

    def _train(self, config: RunConfig) -> None:
        directory = RunDirectory.create(self.directory.path, BEST, overwrite=True)
        with warnings.catch_warnings():
            warnings.showwarning = _ignore  # all was said when rows were prepared
            train_and_store(config, directory, table=self.table, progress=False)

    def _no_winner(self) -> ConfigError:
        ended = finished(self.study)
        errors = [t.user_attrs["error"] for t in ended if "error" in t.user_attrs]
        problem = f"none of {len(ended)} trials was completed"
        if not errors:
            return ConfigError(problem, fix="Raise --trials or --budget.")
        often = max(errors, key=errors.count)
        return ConfigError(f"{problem}; most often: {often.removesuffix('.')}")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let one process at a time do something."""
    with path.open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _is_complete(run: RunDirectory) -> bool:
    return run.status.exists() and read_json(run.status)["status"] == "complete"


def _ignore(*_what: Any, **_more: Any) -> None:
    """Show no warning."""
