"""The test rows of a run, to measure what fewer bits cost."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sidelight.evaluation import primary_metric, row_scores
from sidelight.predictor import raw_inputs
from sidelight.workflow import held_out_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.export._subject import Subject

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
    predictor = subject.predictor
    rows = held_out_rows(path, predictor, MOST_ROWS)
    if rows is None:
        return None
    given = raw_inputs(subject.signature.columns, rows.table.frame)
    return HeldOut(
        given={**given, **rows.pictures},
        figures=predictor.figures_of(rows.table, rows.pictures, BATCH_SIZE),
        truth=rows.truth,
        metric=primary_metric(predictor.task, rows.truth),
    )
