"""Frame and schema in, checked table out: cheap checks first, files last."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from sidelight.errors import (
    ColumnNotFoundError,
    DataWarning,
    ImageError,
    TableError,
)
from sidelight.table import _cells as cells_
from sidelight.table._cells import NULL_VALUES
from sidelight.table._pictures import Pictures
from sidelight.table._problems import OnBad, Problem, Verdict, settle
from sidelight.table._references import (
    TWICE,
    all_paths,
    check_references,
    nameless,
    warn_about_unnamed,
)
from sidelight.table._remote import locate
from sidelight.table._slots import picture_names
from sidelight.table._table import AsRead, Table
from sidelight.table._target import (
    judge_target,
    to_target,
    to_weight,
    warn_about_leaks,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sidelight.errors import InputError
    from sidelight.schema import Column, Schema
    from sidelight.table._files import Files

LATITUDES, LONGITUDES = (-90.0, 90.0), (-180.0, 360.0)


def check_table(
    frame: pl.DataFrame,
    schema: Schema,
    *,
    source: str,
    image_root: str | Path,
    on_bad: OnBad = "error",
    null_values: Sequence[str] = NULL_VALUES,
    decimal: str = ".",
    learn: bool = True,
    may_miss: bool = False,
    wrong: Sequence[Problem] = (),
) -> Table:
    """Return the table with typed columns, or say everything that is wrong with it.

    Only the columns that the schema uses are typed. All others stay, so that a group
    or a ready-made split can be looked up in them; their text is only freed of outer
    white space and of words for "empty".

    Args:
        frame: The table as read.
        schema: What each column is for.
        source: The table's name in messages.
        image_root: Where relative picture paths start: a folder, or the URL of one in
            an object store. Pictures in stores are fetched, unless a row is refused.
        on_bad: "error" raises; "drop" leaves bad rows out, counts them by reason in
            `Table.dropped` and warns; "keep" keeps all rows with their bad cells
            emptied, and says what is wrong in `Table.as_read`.
        null_values: Words that mean an empty cell.
        decimal: The decimal sign of numbers written as text: "." or ",".
        learn: Whether the rows are to be learned from. Rows to predict or to score
            may have one class only, share a picture, and leave pictures of their folder
            out.
        may_miss: Whether a row may name no picture; only for rows not learned from.
        wrong: What was found wrong with rows before their cells are looked at.

    Raises:
        TableError: If columns are missing, cells cannot be typed or the target cannot
            be learned; cites rows and values of all of them.
        ColumnNotFoundError: If just one column is missing.
        ImageError: If rows name no usable file.
    """
    _need_columns(frame, schema, source)
    as_read = frame
    frame = cells_.clean(frame, null_values, images=schema.images)
    typed, problems = _typed(frame, schema, decimal)
    draft = _Draft(frame.with_columns(typed), source, on_bad)
    named, too_many = picture_names(frame, schema, null_values)
    draft.settle([*wrong, *problems, *too_many], TableError)
    if learn:
        draft.judge(schema)
    images, root = Pictures(), Path()
    if named:
        left = draft.rows - 1
        located = locate([names.gather(left) for names in named], image_root)
        root = located.root
        kept = pl.Series(draft.settle(located.problems(), ImageError))
        files = [names.filter(kept) for names in located.fetched()]
        found = check_references(files, root, whole=learn, once=learn)
        draft.files = found.files
        problems = found.problems
        if learn or not may_miss:
            written = [names.filter(kept) for names in located.slots]
            problems = nameless(written) + problems
        keep = draft.settle(problems, ImageError)
        images = found.pictures.at(keep)
        if learn and not keep.all():  # fewer rows: a class may have become a single row
            images = images.at(draft.judge(schema))
    if on_bad == "keep":
        return draft.kept(as_read, schema, images, named, root)
    notes = draft.warn_about_drops()
    if learn:
        notes += warn_about_leaks(draft.frame, schema)
        if named:
            paths = all_paths(named, root)
            notes += warn_about_unnamed(images, paths, found.files)
    return Table(
        frame=draft.frame,
        schema=schema,
        source=source,
        rows=draft.rows,
        images=images,
        dropped=draft.dropped,
        notes=tuple(notes),
    )


class _Draft:
    """Rows on their way to a table: what is left, and what was dropped why."""

    def __init__(self, frame: pl.DataFrame, source: str, on_bad: OnBad) -> None:
        self.frame, self.source, self.on_bad = frame, source, on_bad
        self.rows = np.arange(1, frame.height + 1, dtype=np.int64)
        self.dropped: dict[str, int] = {}
        self.problems: list[Problem] = []
        self.files: Files | None = None

    def settle(
        self, problems: Sequence[Problem], error: type[InputError]
    ) -> NDArray[np.bool_]:
        """Raise or drop; returns `(num_rows,)` bool, which rows were kept."""
        self.problems += problems
        verdict: Verdict = settle(
            problems,
            rows=self.rows,
            source=self.source,
            on_bad=self.on_bad,
            error=error,
        )
        if verdict.dropped:
            self.frame = self.frame.filter(pl.Series(verdict.keep))
            self.rows = self.rows[verdict.keep]
            for reason, number in verdict.dropped.items():
                self.dropped[reason] = self.dropped.get(reason, 0) + number
        if not len(self.rows):
            counted = _counted(self.dropped)
            message = f"no row is left after dropping bad ones ({counted})"
            raise error(message, path=self.source, fix="Correct the table.")
        return verdict.keep

    def judge(self, schema: Schema) -> NDArray[np.bool_]:
        """Check that the target can be learned; returns which rows were kept."""
        if schema.target is None or schema.task is None:
            return np.ones(len(self.rows), dtype=bool)
        if self.on_bad == "keep" and self.frame[schema.target].null_count():
            # Said already, and gaps are no class.
            return np.ones(len(self.rows), dtype=bool)
        before = self.rows
        # Dropping single rows may leave one class, or a label with a single row.
        while not self.settle(_judged(self.frame, schema), TableError).all():
            pass
        return np.isin(before, self.rows)

    def warn_about_drops(self) -> list[str]:
        """Warn of dropped rows; return the messages."""
        if not self.dropped:
            return []
        total = sum(self.dropped.values())
        message = (
            f"{total} of {total + len(self.rows)} rows of {self.source} are left out: "
            f"{_counted(self.dropped)}."
        )
        warnings.warn(message, DataWarning, stacklevel=3)
        return [message]

    def kept(
        self,
        as_read: pl.DataFrame,
        schema: Schema,
        images: Pictures,
        named: Sequence[pl.Series],
        root: Path,
    ) -> Table:
        """Return all rows, with what is wrong beside them."""
        others: list[str] = []
        if named and self.files is not None:
            useless = [
                problem.positions
                for problem in self.problems
                if problem.column in schema.images and problem.reason != TWICE
            ]
            bad = np.concatenate([np.empty(0, np.int64), *useless])
            images = images.without(bad)
            paths = all_paths(named, root)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DataWarning)
                others = warn_about_unnamed(images, paths, self.files)
        return Table(
            frame=self.frame,
            schema=schema,
            source=self.source,
            rows=self.rows,
            images=images,
            as_read=AsRead(as_read, tuple(self.problems), tuple(others)),
        )


def _judged(frame: pl.DataFrame, schema: Schema) -> list[Problem]:
    return [
        problem
        for name in schema.targets
        if schema.task is not None
        for problem in judge_target(frame[name], schema.task, schema.classes)
    ]


def _counted(dropped: dict[str, int]) -> str:
    return ", ".join(f"{number} × {reason}" for reason, number in dropped.items())


def _need_columns(frame: pl.DataFrame, schema: Schema, source: str) -> None:
    named = (*schema.images, *schema.targets, schema.weight)
    needed = [name for name in named if name is not None]
    needed += [name for column in schema.columns for name in column.sources]
    missing = [name for name in dict.fromkeys(needed) if name not in frame.columns]
    if len(missing) == 1:
        raise ColumnNotFoundError(missing[0], frame.columns, path=source)
    if missing:
        listed = ", ".join(map(repr, missing))
        message = f"{len(missing)} columns are missing: {listed}"
        have = ", ".join(map(repr, frame.columns[:12]))
        raise TableError(message, path=source, fix=f"The columns are {have}.")


def _typed(
    frame: pl.DataFrame, schema: Schema, decimal: str
) -> tuple[list[pl.Series], list[Problem]]:
    typed: list[pl.Series] = []
    problems: list[Problem] = []
    for column in schema.columns:
        for cells, found in _typed_column(frame, column, decimal):
            typed.append(cells)
            problems += found
    for name in schema.targets:
        if schema.task is None:
            break
        cells, found = to_target(
            frame[name],
            schema.task,
            decimal,
            classes=schema.classes,
            log=schema.log_target,
        )
        typed.append(cells)
        problems += found
    if schema.weight is not None:
        cells, found = to_weight(frame[schema.weight], decimal)
        typed.append(cells)
        problems += found
    return typed, problems


def _typed_column(
    frame: pl.DataFrame, column: Column, decimal: str
) -> list[tuple[pl.Series, list[Problem]]]:
    cells = frame[column.sources[0]]
    if column.kind == "location":
        return [
            cells_.to_degrees(frame[name], *limits, decimal)
            for name, limits in zip(
                column.sources, (LATITUDES, LONGITUDES), strict=True
            )
        ]
    if column.kind == "numeric":
        return [cells_.to_numeric(cells, decimal)]
    if column.kind == "boolean":
        return [cells_.to_boolean(cells)]
    if column.kind == "datetime":
        return [cells_.to_datetime(cells)]
    return [(cells_.labels(cells), [])]
