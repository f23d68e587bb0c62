"""The test rows of a run, to measure what fewer bits cost."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sidelight.errors import InputError
from sidelight.evaluation import primary_metric, row_scores
from sidelight.images import decoded_ahead
from sidelight.predictor import raw_cells
from sidelight.runs import RunDirectory
from sidelight.workflow import load_config, make_config, read

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.export._subject import Subject
    from sidelight.table import Table

MOST_ROWS = 1_000
BATCH_SIZE = 64


@dataclass(frozen=True)
class Scores:
    """What a run and its file reach on the same test rows.

    Attributes:
        metric: As in `row_scores`: higher is better.
        rows: How many.
        run: The run's score.
        file: The file's.
    """

    metric: str
    rows: int
    run: float
    file: float


@dataclass(frozen=True)
class HeldOut:
    """Test rows.

    Attributes:
        given: What a file is given, by input.
        figures: The run's probabilities, or numbers.
        truth: What is right, as for `row_scores`.
        metric: What they are scored by.
    """

    given: dict[str, NDArray[Any]]
    figures: NDArray[Any]
    truth: NDArray[Any]
    metric: str

    def scores(self, figures: NDArray[Any]) -> Scores:
        """Return both scores.

        Args:
            figures: The file's, of the same rows.
        """
        own = figures.reshape(self.figures.shape)
        run, file = (
            float(row_scores(self.metric, self.truth, found).mean())
            for found in (self.figures, own)
        )
        return Scores(self.metric, len(self.truth), run, file)


def held_out(subject: Subject, path: str | Path) -> HeldOut | None:
    """Return the first test rows of a run; None if its table is not as it was.

    Args:
        subject: The run as it is exported.
        path: Its directory.
    """
    try:
        table = _test_rows(path)
    except (InputError, OSError):
        return None
    if table is None:
        return None
    predictor = subject.predictor
    pictures: dict[str, NDArray[Any]] = {}
    if predictor.uses_image:
        workers = os.cpu_count() or 1
        decoded = next(decoded_ahead([table.images], subject.rule, workers=workers))
        if decoded.reasons:
            return None
        pictures = decoded.inputs
    given = {
        subject.names[source]: raw_cells(fitted.column.kind, table.frame[source])
        for fitted in subject.columns
        for source in fitted.column.sources
    }
    truth = predictor.preprocessor.truth(table)
    return HeldOut(
        given={**given, **pictures},
        figures=predictor.figures_of(table, pictures, BATCH_SIZE),
        truth=truth,
        metric=primary_metric(predictor.task, truth),
    )


def _test_rows(path: str | Path) -> Table | None:
    run = RunDirectory.open(path)
    config = make_config(load_config(path))
    parts = pl.read_parquet(run.predictions, columns=["row", "part"])
    wanted = parts.filter(pl.col("part") == "test")["row"].head(MOST_ROWS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # all was said when it was trained
        table = read(config.table, config.split)
    at = np.flatnonzero(np.isin(table.rows, wanted.to_numpy()))
    return table.at(at) if len(at) and len(at) == len(wanted) else None
