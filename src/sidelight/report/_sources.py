"""What a page shows of a run: its figures, and the rows they are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from sidelight.errors import RunError, SidelightError
from sidelight.experiments.compare import Evidence
from sidelight.preprocessing import Preprocessor
from sidelight.runs import RunDirectory, read_json
from sidelight.schema import Schema
from sidelight.table import Table, load_schema
from sidelight.workflow import RunConfig, load_config, make_config, read


@dataclass(frozen=True)
class Data:
    """The rows of a table.

    Attributes:
        frame: Its columns.
        schema: What they are for.
        part: `(rows,)` "train", "val", "test" or "left_out".
        row: `(rows,)` number of each row in its source.
        picture: `(rows,)` path of each row's picture, or null.
        columns: What was done to each column, as `Preprocessor.describe` says.
        dropped: Rows that were left out on reading, by reason.
        of_fold: Whether parts are those of one fold among several.
    """

    frame: pl.DataFrame
    schema: Schema
    part: pl.Series
    row: pl.Series
    picture: pl.Series
    columns: list[dict[str, Any]]
    dropped: dict[str, int]
    of_fold: bool = False

    @classmethod
    def of_comparison(cls, evidence: Evidence) -> Data:
        """Return the rows of a comparison."""
        return cls(
            frame=evidence.rows,
            schema=evidence.schema,
            part=evidence.answers["part"],
            row=evidence.answers["row"],
            picture=evidence.answers["picture"],
            columns=evidence.details["columns"],
            dropped=evidence.details["dropped"],
            of_fold=evidence.facts["plan"]["folds"] > 1,
        )


@dataclass(frozen=True)
class StoredRun:
    """A run of one model.

    Attributes:
        metrics: As in `metrics.json`.
        history: As in `history.csv`.
        predictions: As in `predictions.parquet`.
        config: Its options.
        environment: Versions and the command.
        classes: In fitted order; empty for numbers.
        schema: What the columns are for.
        columns: What was done to each.
        data: The rows; None where the table cannot be read any more.
        why_no_data: What stood in the way.
    """

    metrics: dict[str, Any]
    history: pl.DataFrame
    predictions: pl.DataFrame
    config: RunConfig
    environment: dict[str, Any]
    classes: list[str]
    schema: Schema
    columns: list[dict[str, Any]]
    data: Data | None
    why_no_data: str = ""

    @classmethod
    def read(cls, directory: RunDirectory) -> StoredRun:
        """Return a finished run.

        Raises:
            RunError: If it did not finish, or a file is damaged.
        """
        if not directory.metrics.exists():
            problem = "this run did not finish training, so it has no scores to show"
            fix = f"Train it again: sidelight train --config {directory.config}"
            raise RunError(problem, path=directory.path, fix=fix)
        preprocessor = Preprocessor.from_json(directory.preprocessor)
        run = cls(
            metrics=read_json(directory.metrics),
            history=_frame(directory.history),
            predictions=_frame(directory.predictions),
            config=make_config(load_config(directory.config)),
            environment=read_json(directory.environment),
            classes=preprocessor.classes,
            schema=load_schema(directory.schema),
            columns=preprocessor.describe(),
            data=None,
        )
        return run._with_data()

    def _with_data(self) -> StoredRun:
        """Read the table again, if it still is where it was and as it was."""
        try:
            table = read(self.config.table, self.config.split)
        except (SidelightError, OSError) as error:
            return StoredRun(**{**vars(self), "why_no_data": str(error)})
        return StoredRun(**{**vars(self), **self._joined(table)})

    def _joined(self, table: Table) -> dict[str, Any]:
        parts = dict(self.predictions.select("row", "part").iter_rows())
        keep = [i for i, row in enumerate(table.rows.tolist()) if row in parts]
        if len(keep) != len(parts):
            return {"why_no_data": f"{table.source} has other rows than it had"}
        images = table.images or (None,) * len(table)
        paths = [images[i] for i in keep]
        data = Data(
            frame=table.frame[keep],
            schema=self.schema,
            part=pl.Series([parts[int(table.rows[i])] for i in keep]),
            row=pl.Series(table.rows[keep]),
            picture=pl.Series(
                [None if path is None else str(path) for path in paths], dtype=pl.String
            ),
            columns=self.columns,
            dropped=self.metrics["rows"]["dropped"],
        )
        return {"data": data}


def _frame(path: Any) -> pl.DataFrame:
    read = pl.read_csv if path.suffix == ".csv" else pl.read_parquet
    try:
        return read(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        problem = f"this file is missing or damaged ({type(error).__name__})"
        raise RunError(problem, path=path) from error
