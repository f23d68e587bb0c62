"""What a page shows of a run: its figures, and the rows they are about."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sidelight.errors import RunError, SidelightError, SidelightWarning
from sidelight.experiments.compare import Evidence
from sidelight.preprocessing import Preprocessor
from sidelight.readers import find_reader, read_table
from sidelight.runs import RunDirectory, read_json
from sidelight.schema import Schema
from sidelight.stores import REMOTE, is_remote
from sidelight.table import NULL_VALUES, Pictures, Table, load_schema
from sidelight.table._references import full_paths
from sidelight.table._slots import picture_names
from sidelight.workflow import RunConfig, load_config, make_config

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
        truth: What the rows of data are scored against; None without data.
        label_noise: As in `label_noise.csv`; None for numbers.
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
    label_noise: pl.DataFrame | None = None
    data: Data | None = None
    truth: NDArray[Any] | None = None
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
            label_noise=_frame(directory.label_noise)
            if directory.label_noise.exists()
            else None,
        )
        return run._with_data(preprocessor)

    def _with_data(self, preprocessor: Preprocessor) -> StoredRun:
        """Read the table again, if it still is where it was and as it was."""
        try:
            with warnings.catch_warnings():  # all was said before training
                warnings.simplefilter("ignore", SidelightWarning)
                table = _read_again(self.config, self.schema)
            if table is None:
                return replace(self, why_no_data="the table was not a file")
            return self._joined(table, preprocessor)
        except (SidelightError, OSError) as error:
            return replace(self, why_no_data=str(error))

    def _joined(self, table: Table, preprocessor: Preprocessor) -> StoredRun:
        parts = dict(self.predictions.select("row", "part").iter_rows())
        keep = [i for i, row in enumerate(table.rows.tolist()) if row in parts]
        if len(keep) != len(parts):
            why = f"{table.source} has other rows than it had"
            return replace(self, why_no_data=why)
        table = table.at(np.array(keep))
        rows = table.rows.tolist()
        data = Data(
            frame=table.frame,
            schema=self.schema,
            part=pl.Series([parts[row] for row in rows]),
            row=pl.Series(rows),
            picture=_pictures_of(table.frame, self.config, self.schema),
            columns=self.columns,
            dropped=self.metrics["rows"]["dropped"],
        )
        return replace(self, data=data, truth=preprocessor.truth(table))


def _read_again(config: RunConfig, schema: Schema) -> Table | None:
    """Read a run's table; pictures are not looked for, so that some may be gone."""
    options = config.table
    if options.source is None:
        return None
    return read_table(
        options.source,
        schema=schema,
        target=schema.targets,
        images=options.images if schema.headers else None,
        sql=options.sql,
        asset=options.asset,
        join=options.join,
        on_bad=options.on_bad,
        null_values=(*NULL_VALUES, *options.null_values),
        decimal=options.decimal,
        learn=False,
        look=False,
    )


def _pictures_of(frame: pl.DataFrame, config: RunConfig, schema: Schema) -> pl.Series:
    """Return where each row's first picture was; one in a store is not fetched."""
    nowhere = pl.Series([None] * frame.height, dtype=pl.String)
    options = config.table
    source = str(options.source)
    if options.join and options.join[0].cardinality == "one_to_many":
        source = str(options.join[0].source)  # it names the pictures
    if schema.image is None or is_remote(options.images or source):
        return nowhere
    folder = (
        find_reader(source).root_of(source)
        if options.images is None
        else Path(options.images).expanduser().absolute()
    )
    slots, _ = picture_names(frame, schema)
    names = Pictures(*slots).texts
    names = names.set(names.str.contains(REMOTE).fill_null(value=False), None)
    return full_paths(names, folder).set(names.is_null(), None)


def _frame(path: Any) -> pl.DataFrame:
    read = pl.read_csv if path.suffix == ".csv" else pl.read_parquet
    try:
        return read(path)
    except (OSError, pl.exceptions.PolarsError) as error:
        problem = f"this file is missing or damaged ({type(error).__name__})"
        raise RunError(problem, path=path) from error
