"""Answers for any number of rows: decoded ahead, written in parts, gone on with."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sidelight.errors import ImageError
from sidelight.images import Decoded, decoded_ahead
from sidelight.predictor import (
    TablePredictor,
    is_exported,
    load_exported,
    load_predictor,
)
from sidelight.runs import RunDirectory
from sidelight.table import Table
from sidelight.workflow._outcomes import (
    counted,
    outcomes,
    picture_column,
    problems_of,
)
from sidelight.workflow._parts import Parts
from sidelight.workflow._read_for import read_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

PART_BYTES = 32 * 2**20  # of pixels that are answered at once, about
LARGEST_PART = 16_384  # rows


@dataclass(frozen=True)
class Predicted:
    """What was written.

    Attributes:
        output: The file.
        rows: Its rows.
        answered: Rows with an answer.
        problems: How many rows have none, by reason.
        flagged: How many rows are unlike any training row, by column and what.
        gone_on: Rows that an earlier, interrupted run had answered.
        begun_anew: Whether what such a run left was of another table or model.
        seconds: That answering took.
    """

    output: Path
    rows: int
    answered: int
    problems: dict[str, int]
    flagged: dict[str, int]
    gone_on: int
    begun_anew: bool
    seconds: float


def predict_table(
    model: str | Path,
    source: Any,
    output: str | Path,
    *,
    strict: bool = False,
    batch_size: int = 64,
    advance: Callable[[int, int], object] = lambda *_: None,
    **reading: Any,
) -> Predicted:
    """Write answers to the rows of a table, a part at a time.

    A row that cannot be answered has empty answers and a "problem"; "flags" says what
    in a row is unlike any training row. What was answered before an interruption is
    not answered again, if model, table and options are the same.

    Args:
        model: A run's directory, or what any export wrote.
        source: As for `read_table`.
        output: .parquet or .csv; a file that is there is replaced in the end.
        strict: Whether a row that cannot be answered ends it all.
        batch_size: Rows that the network is asked at once.
        advance: Told how many rows of how many are done.
        **reading: `images`, `sql`, `asset`, `join`, as for `read_table`.

    Raises:
        TableError: If columns are missing, or there are no rows; with `strict` if a
            row cannot be answered.
        ImageError: With `strict`, if a picture cannot be used.
        RunError: If the model is none.
    """
    start = time.perf_counter()
    predictor, key = _open(model)
    on_bad = "error" if strict else "keep"
    table = read_for(predictor, model, source, on_bad=on_bad, **reading)
    if strict:
        predictor.preprocessor.refuse_missing(table)
    problems = problems_of(predictor, table)
    size = _part_rows(predictor, batch_size)
    about = {
        "model": key,
        "table": _digest(table),
        "columns": predictor.names,
        "part": size,
        "strict": strict,
    }
    parts = Parts(Path(output), about)
    gone_on = min(parts.done * size, len(table))
    advance(gone_on, len(table))
    starts = range(gone_on, len(table), size)
    slices = [np.arange(at, min(at + size, len(table))) for at in starts]
    pictures = _pictures(predictor, table, slices)
    for rows, decoded in zip(slices, pictures, strict=True):
        part = table.at(rows)
        bad = {n: problems[int(at)] for n, at in enumerate(rows) if int(at) in problems}
        if strict and decoded.reasons:
            raise _unusable(part, decoded.reasons)
        for n, (place, reason) in decoded.reasons.items():
            bad.setdefault(n, f"{picture_column(part, place)}: {reason}")
        parts.write(outcomes(predictor, part, decoded, bad, batch_size))
        advance(int(rows[-1]) + 1, len(table))
    figures = counted(parts.read())
    parts.join()
    seconds = time.perf_counter() - start
    return Predicted(
        Path(output), *figures, gone_on, parts.begun_anew, round(seconds, 3)
    )


def _open(model: str | Path) -> tuple[TablePredictor, str]:
    """Return a model that answers tables, and a key that differs if it does."""
    path = Path(model)
    if is_exported(path):
        return load_exported(path), _contents(path)
    return load_predictor(path), RunDirectory.open(path).fingerprint()


def _contents(path: Path) -> str:
    """Return a key of an export's bytes; a folder's files count with their names."""
    files = [path] if path.is_file() else filter(Path.is_file, path.rglob("*"))
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.relative_to(path).as_posix().encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _digest(table: Table) -> str:
    """Return a key of all cells and pictures; no copy of the table is made."""
    digest = hashlib.sha256(repr(table.frame.schema).encode())
    for start in range(0, table.frame.height, LARGEST_PART):
        rows = table.frame[start : start + LARGEST_PART]
        digest.update(rows.write_ndjson().encode())
    for slot in table.images.slots:
        digest.update("\n".join(text or "" for text in slot).encode())
    return digest.hexdigest()


def _part_rows(predictor: TablePredictor, batch_size: int) -> int:
    """Return the rows of a part: whole batches, or else each part would fill one up."""
    rule = predictor.rule if predictor.uses_image else None
    if rule is None:
        return LARGEST_PART
    one = rule.height * rule.width * rule.bands * rule.dtype.itemsize
    one *= max(1, predictor.schema.num_pictures)
    rows = max(1, min(LARGEST_PART, PART_BYTES // one))
    return rows - rows % batch_size if rows > batch_size else rows


def _pictures(
    predictor: TablePredictor, table: Table, slices: list[NDArray[Any]]
) -> Iterator[Decoded]:
    if not predictor.uses_image or predictor.rule is None:
        return (Decoded({}, {}) for _ in slices)
    images = (table.images.at(rows) for rows in slices)
    return decoded_ahead(images, predictor.rule, workers=os.cpu_count() or 1)


def _unusable(part: Table, reasons: Mapping[int, tuple[int, str]]) -> ImageError:
    first = min(reasons)
    place, reason = reasons[first]
    error = ImageError(
        f"row {part.rows[first]}: {reason}",
        path=part.source,
        column=picture_column(part, place),
        fix="Mend the file, or go on without --strict.",
    )
    error.rows = [int(part.rows[at]) for at in sorted(reasons)]
    return error
