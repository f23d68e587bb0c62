"""What is said of each row in the end: its answer, what is unusual, or its problem."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np
import polars as pl

from sidelight.errors import TableError
from sidelight.images import Decoded
from sidelight.predictor import TablePredictor
from sidelight.table import Table


def problems_of(predictor: TablePredictor, table: Table) -> dict[int, str]:
    """Return why rows cannot be answered, by position.

    Raises:
        TableError: If a column as a whole was misread.
    """
    found: dict[int, str] = {}
    for problem in () if table.as_read is None else table.as_read.problems:
        if not len(problem.positions):
            raise TableError(
                problem.what, path=table.source, column=problem.column, fix=problem.fix
            )
        values = [*problem.values] or [None] * len(problem.positions)
        for at, value in zip(problem.positions.tolist(), values, strict=False):
            shown = "" if value is None else f": {str(value)[:60]!r}"
            found.setdefault(at, f"{problem.column}: {problem.reason}{shown}")
    for name, absent in predictor.preprocessor.gaps(table):
        for at in np.flatnonzero(absent).tolist():
            found.setdefault(at, f"{name}: no value, and the model takes no gap here")
    return found


def outcomes(
    predictor: TablePredictor,
    part: Table,
    decoded: Decoded,
    bad: Mapping[int, str],
    batch_size: int,
) -> pl.DataFrame:
    """Return a part's answers, flags and problems; bad rows have no answers.

    Args:
        predictor: The model.
        part: Rows.
        decoded: Their pictures.
        bad: Why rows cannot be answered, by position in the part.
        batch_size: Rows that the network is asked at once.
    """
    good = np.setdiff1d(np.arange(len(part)), list(bad))
    rows = part.at(good)
    width = max(1, len(predictor.names))
    figures = np.zeros((0, width) if width > 1 or predictor.classes else (0,))
    if len(good):
        pictures = decoded.inputs
        if bad:  # else they need not be copied
            pictures = {name: block[good] for name, block in pictures.items()}
        figures = predictor.figures_of(rows, pictures, batch_size)
    flags = pl.Series("flags", _flags(predictor, rows), dtype=pl.List(pl.String))
    named = predictor.rows(part)
    answers = predictor.frame(rows, figures).drop(named.columns).with_columns(flags)
    at = pl.Series([None] * len(part), dtype=pl.UInt32)
    at = at.scatter(good.tolist(), range(len(good)))
    texts = [bad.get(n) for n in range(len(part))]
    return pl.concat(
        [named, answers.select(pl.all().gather(at))], how="horizontal"
    ).with_columns(pl.Series("problem", texts, dtype=pl.String))


def _flags(predictor: TablePredictor, rows: Table) -> list[list[str]]:
    found: list[list[str]] = [[] for _ in range(len(rows))]
    for name, what, mask in predictor.preprocessor.unusual(rows):
        for at in np.flatnonzero(mask).tolist():
            found[at].append(f"{name} {what}")
    if predictor.uses_image and predictor.may_miss:
        for at in np.flatnonzero(~rows.images.present()).tolist():
            found[at].append("no picture")
    return found


def counted(
    parts: Iterator[pl.DataFrame],
) -> tuple[int, int, dict[str, int], dict[str, int]]:
    """Return rows, answered ones, and how many have each problem and each flag."""
    rows = answered = 0
    problems: Counter[str] = Counter()
    flagged: Counter[str] = Counter()
    for part in parts:
        rows += part.height
        answered += part["problem"].null_count()
        kinds = part["problem"].drop_nulls().to_list()
        problems.update(_kind(text) for text in kinds)
        flagged.update(part["flags"].explode().drop_nulls().to_list())
    return rows, answered, dict(problems), dict(flagged)


def _kind(text: str) -> str:
    """Return a problem without what is particular to its row."""
    column, _, rest = text.partition(": ")
    return f"{column}: {rest.partition(': ')[0]}"


def picture_column(table: Table, place: int) -> str:
    """Return the column that names the pictures of that place in their rows."""
    columns = table.schema.images
    return columns[place] if len(columns) > 1 else columns[0]
