"""What a page about a comparison stands on: in memory, or read from its directory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
from pydantic import ValidationError

from sidelight.errors import RunError
from sidelight.experiments.compare._arms import IMAGE_ONLY
from sidelight.experiments.compare._by_epoch import learning_curves
from sidelight.experiments.compare._by_group import gains_by_group
from sidelight.experiments.compare._by_row import answers_by_row
from sidelight.experiments.compare._calibrated import calibration_of
from sidelight.runs import (
    RunDirectory,
    environment,
    read_json,
    write_json,
    write_parquet,
)
from sidelight.schema import Schema
from sidelight.workflow import RunConfig, load_config, make_config

if TYPE_CHECKING:
    from sidelight.experiments.compare._comparison import Comparison


@dataclass(frozen=True)
class Evidence:
    """The figures of a comparison, and the rows they are about.

    Attributes:
        facts: As in `comparison.json`.
        details: As in `details.json`: "groups", "curves", "calibration" by arm,
            "columns" (what was done to each), "dropped" (rows, by reason) and "schema".
        rows: The table's columns as they were read.
        answers: From `answers_by_row`, one for each of `rows`.
        config: Options of the best fusion's training.
        environment: Versions and the command.
    """

    facts: dict[str, Any]
    details: dict[str, Any]
    rows: pl.DataFrame
    answers: pl.DataFrame
    config: RunConfig
    environment: dict[str, Any]

    @property
    def schema(self) -> Schema:
        """What each column is for."""
        return Schema.model_validate(self.details["schema"])

    @classmethod
    def of(cls, found: Comparison) -> Evidence:
        """Return the evidence of a comparison in memory."""
        fusion, scores = found.verdict.fusion, found.scores
        first = scores.folds[0]
        details = {
            "schema": first.table.schema.model_dump(mode="json"),
            "groups": gains_by_group(scores, fusion, found.config.split),
            "curves": learning_curves(scores.units),
            "calibration": {
                arm: calibration_of(scores, arm) for arm in (IMAGE_ONLY, fusion)
            },
            "columns": first.preprocessor.describe(),
            "dropped": first.table.dropped,
        }
        return cls(
            facts=found.to_json(),
            details=details,
            rows=first.table.frame,
            answers=answers_by_row(scores, fusion),
            config=found.best.config,
            environment=environment(),
        )

    def write(self, directory: RunDirectory) -> None:
        """Write what is not there otherwise: details, rows and answers."""
        write_json(directory.details, self.details)
        write_parquet(directory.rows, self.rows)
        write_parquet(directory.answers, self.answers)

    @classmethod
    def read(cls, directory: RunDirectory) -> Evidence:
        """Return the evidence of a comparison's directory.

        Raises:
            RunError: If the comparison was not finished, or a file is damaged.
        """
        if not directory.comparison.exists() or not directory.details.exists():
            problem = "this comparison has not come to its end"
            fix = "Go on with its command, with --resume and its --name."
            raise RunError(problem, path=directory.path, fix=fix)
        found = cls(
            facts=read_json(directory.comparison),
            details=read_json(directory.details),
            rows=_read(directory, "rows"),
            answers=_read(directory, "answers"),
            config=make_config(load_config(directory.config)),
            environment=read_json(directory.environment),
        )
        try:
            _ = found.schema
        except (KeyError, ValidationError) as error:
            problem = f"the details are damaged ({type(error).__name__})"
            raise RunError(problem, path=directory.details) from error
        return found


def _read(directory: RunDirectory, name: str) -> pl.DataFrame:
    path = getattr(directory, name)
    try:
        return pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        problem = f"this file is missing or damaged ({type(error).__name__})"
        raise RunError(problem, path=path) from error
