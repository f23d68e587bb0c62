"""What checks look at: the table, the split, the pictures, and codes of all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sidelight.audit._finding import Example, Finding, Severity
from sidelight.audit._foretell import Answer
from sidelight.table import labels_by_row
from sidelight.table._cells import is_text, labels, positions
from sidelight.table._kinds import NESTED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.audit._files import Files
    from sidelight.schema import Kind
    from sidelight.splits import Split
    from sidelight.table import Table

NUM_EXAMPLES = 5
BINS = 64  # of a numeric column with more values than that
# Where the parts are meant to differ, a difference is no fault.
MEANT_TO_DIFFER = frozenset({"grouped", "spatial", "time"})


@dataclass(frozen=True, eq=False)
class Words:
    """The words of a column: one a row, or each label of a set by itself.

    Attributes:
        text: `(entries,)` String, null where a cell is empty.
        read: The same before white space was taken off; labels of a set are without.
        rows: `(entries,)` int64 position of the row that says it.
    """

    text: pl.Series
    read: pl.Series
    rows: NDArray[np.int64]

    def at(self, mask: pl.Series) -> NDArray[np.int64]:
        """Return the positions of the rows with an entry that is meant, each once."""
        found: NDArray[np.int64] = np.unique(self.rows[positions(mask)])
        return found


@dataclass(eq=False)
class Context:
    """One table under audit.

    Attributes:
        table: Its rows; best read with `on_bad="keep"`.
        split: Who is train, val and test; None where no split could be made.
        group: The column whose rows the split keeps together.
        files: What the files behind the rows are; None where they are not looked at.
        now: The present; what is later is in the future.
    """

    table: Table
    split: Split | None = None
    group: str | None = None
    files: Files | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    _codes: dict[tuple[str, int], NDArray[np.int64]] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.table)

    def finding(
        self,
        check: str,
        severity: Severity,
        sentence: str,
        *,
        column: str | None = None,
        where: NDArray[Any] | None = None,
        values: Sequence[Any] | None = None,
        files: Sequence[str] | None = None,
        fix: str = "",
        told: bool = False,
    ) -> Finding:
        """Return a finding with its examples.

        Args:
            check: Name of the check.
            severity: How bad it is.
            sentence: What was found.
            column: The column it is about.
            where: Positions of the rows concerned, or a mask of all rows.
            values: What stands in those rows, in the same order; None takes the cells
                of the column as they were read.
            files: Paths of the pictures concerned, in the same order; None takes the
                first picture of each row.
            fix: What to do.
            told: Whether reading or splitting warns of the same.
        """
        places = np.empty(0, np.int64) if where is None else np.asarray(where)
        if places.dtype == bool:
            places = np.flatnonzero(places)
        first = places[:NUM_EXAMPLES]
        if values is None and column is not None and column in self.table.frame.columns:
            values = self.read(column).gather(first).to_list()
        shown: Sequence[Any] = [None] * len(first) if values is None else values
        paths = [self.file(place) for place in first] if files is None else files
        return Finding(
            check=check,
            severity=severity,
            sentence=sentence,
            column=column,
            rows=len(np.unique(places)),  # a row may have several of the pictures
            examples=tuple(
                Example(int(self.table.rows[place]), path, plain(value))
                for place, path, value in zip(first, paths, shown, strict=False)
            ),
            fix=fix,
            told=told,
        )

    def refused(self, check: str, *, of_pictures: bool) -> list[Finding]:
        """Return what reading would have refused, as severe findings.

        None of a table that was read with `on_bad="error"`: nothing bad is left in it.

        Args:
            check: Name of the check.
            of_pictures: Whether what is wrong with picture references is meant, or all
                the rest.
        """
        kept = self.table.as_read
        return [
            self.finding(
                check,
                "severe",
                f"{problem.what[:1].upper()}{problem.what[1:]}.",
                column=problem.column,
                where=problem.positions,
                values=list(problem.values) or None,
                fix=problem.fix,
                told=True,
            )
            for problem in (() if kept is None else kept.problems)
            if (problem.column in self.table.schema.images) == of_pictures
        ]

    def file(self, position: int) -> str | None:
        """Return the path of a row's picture, None where it has none."""
        images = self.table.images
        path = images[int(position)] if len(images) else None
        return None if path is None else str(path)

    def read(self, name: str) -> pl.Series:
        """Return a column as it was read, or as the table has it."""
        kept = self.table.as_read
        return (self.table if kept is None else kept).frame[name]

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """The kind of each column of the source that is metadata."""
        columns = self.table.schema.columns
        return {name: column.kind for column in columns for name in column.sources}

    @property
    def beside(self) -> list[str]:
        """The columns that are neither picture nor target, ignored ones included.

        Those that hold lists, bytes, durations or the like are no metadata, and left
        out.
        """
        schema = self.table.schema
        return [
            name
            for name in self.table.frame.columns
            if name not in (*schema.images, *schema.targets)
            and is_plain(self.table.frame[name])
        ]

    def numbers(self) -> dict[str, NDArray[np.float64]]:
        """Return the numeric columns of the metadata, `(rows,)` with NaN for gaps."""
        return {
            name: self.table.frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
            for name, kind in self.kinds.items()
            if kind in ("numeric", "location")
        }

    def words(self) -> dict[str, Words]:
        """Return the categorical columns and a target of classes or labels."""
        rows = np.arange(len(self))
        names = [name for name, kind in self.kinds.items() if kind == "categorical"]
        target, task = self.table.schema.target, self.table.schema.task
        found = {}
        if target is not None and task == "multilabel":
            pairs = labels_by_row(self.table.frame[target])
            label = pairs["label"]
            found[target] = Words(label, label, pairs["row"].to_numpy())
        elif target is not None and self.answer is not None and self.answer.of_classes:
            names.append(target)
        for name in names:
            read = self.read(name).cast(pl.String)
            found[name] = Words(labels(self.table.frame[name]), read, rows)
        return found

    @cached_property
    def answer(self) -> Answer | None:
        """The target of every row, the first of several; None without one."""
        target = self.table.schema.target
        return None if target is None else self.answer_of(target)

    def answer_of(self, target: str) -> Answer | None:
        """Return one target of every row; None where no row has one."""
        cells, task = self.table.frame[target], self.table.schema.task
        if task is None:
            return None
        if task == "regression":
            ranks = cells.rank("average") / max(cells.count(), 1)
            floats = ranks.cast(pl.Float64).fill_null(np.nan).to_numpy()
            return Answer(np.empty(0, np.int64), floats)
        text = labels(cells)
        classes = tuple(text.drop_nulls().unique().sort().to_list())
        codes = text.replace_strict(
            list(classes), range(len(classes)), default=-1, return_dtype=pl.Int64
        )
        if not classes:
            return None
        return Answer(codes.fill_null(-1).to_numpy(), np.empty(0), classes)

    def codes(self, name: str, bins: int = BINS) -> NDArray[np.int64]:
        """Return `(rows,)` int64: the level of each cell, counted from 0.

        Numbers and times with more distinct values than bins are put into as many
        bins with equally many rows. Missing cells are a level of their own.
        """
        key = (name, bins)
        if key not in self._codes:
            self._codes[key] = codes_of(self.table.frame[name], bins)
        return self._codes[key]

    @property
    def is_meant_to_differ(self) -> bool:
        """Whether the parts of the split differ by design."""
        return self.split is not None and self.split.method in MEANT_TO_DIFFER


def codes_of(cells: pl.Series, bins: int = BINS) -> NDArray[np.int64]:
    """Return the level of each cell, as `Context.codes` does."""
    if not is_plain(cells):
        return np.zeros(len(cells), np.int64)
    if is_text(cells) or cells.dtype == pl.Boolean:
        return _ranks(cells.cast(pl.String))
    values = cells.to_physical().cast(pl.Float64).fill_nan(None)
    if values.n_unique() <= bins:
        return _ranks(values)
    ranks = values.rank("average")
    binned = ((ranks - 0.5) * bins / values.count()).floor().cast(pl.Int64)
    return _ranks(binned.clip(0, bins - 1))


def is_plain(cells: pl.Series) -> bool:
    """Return whether cells are what metadata can be: no lists, bytes, durations."""
    return not isinstance(cells.dtype, NESTED)


def _ranks(cells: pl.Series) -> NDArray[np.int64]:
    ranks = cells.rank("dense").cast(pl.Int64)
    return ranks.fill_null(0).to_numpy() if ranks.null_count() else ranks.to_numpy() - 1


def plain(value: Any) -> Any:
    """Return a cell as JSON takes it."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no word for it
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return "1 row", "3 rows" or "12,000 rows"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def verb(number: int, one: str, many: str) -> str:
    """Return the verb that goes with a number."""
    return one if number == 1 else many
