"""Columns from other tables, found by a key; how the keys pair off is verified."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl
from pydantic import Field, field_serializer, field_validator

from sidelight.errors import ConfigError, DataWarning, TableError
from sidelight.readers._frames import frame_name, is_frame
from sidelight.readers._keys import (
    Cardinality,
    Side,
    check_keys,
    comparable,
    nothing_matches,
    problems,
    unmatched,
)
from sidelight.readers._open import open_source
from sidelight.redact import redact
from sidelight.schema import Record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sidelight.table._problems import Problem


class Join(Record):
    """Another table whose columns are added to the rows, found by a key.

    Attributes:
        source: Any source that `read_table` takes.
        key: Columns that both tables have, or "here=there" where their names differ;
            several in a list, or with commas between.
        cardinality: How keys pair off, which is verified. "one_to_one": each key stands
            once on both sides. "many_to_one": many rows share one row of the other
            table, as many pictures of one patient do. "one_to_many": one row has many
            in the other table, which names the pictures; each of those becomes a row.
        sql: What to select, if the other table is in a database.
    """

    source: Any
    key: tuple[str, ...] = Field(min_length=1)
    cardinality: Cardinality = "one_to_one"
    sql: str | None = None

    @field_validator("key", mode="before")
    @classmethod
    def _listed(cls, key: Any) -> Any:
        if isinstance(key, str):
            return [part.strip() for part in key.split(",") if part.strip()]
        return key

    @field_serializer("source")
    def _written(self, source: Any) -> str:
        return frame_name(source) if is_frame(source) else redact(str(source))

    def names(self) -> tuple[list[str], list[str]]:
        """Return the key's columns here and there."""
        pairs = [name.partition("=") for name in self.key]
        return [p[0].strip() for p in pairs], [(p[2] or p[0]).strip() for p in pairs]


@dataclass(frozen=True, eq=False)
class Joined:
    """A table with the columns of others.

    Attributes:
        side: The table, and whose rows it has.
        roots: Where picture paths start, for columns that came from other tables.
        problems: Rows that found no match.
        notes: Warnings that were given.
    """

    side: Side
    roots: dict[str, Path | str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    def root_of(self, columns: Sequence[str]) -> Path | str:
        """Return where relative paths in columns of pictures start."""
        return next(
            (self.roots[name] for name in columns if name in self.roots),
            self.side.root,
        )


def join_tables(
    main: Side,
    joins: Sequence[Join],
    *,
    images: Sequence[str],
    null_values: Sequence[str],
) -> Joined:
    """Return a table with the columns of others, one after the other.

    Rows keep their order and number. After a "one_to_many" join they are those of the
    other table, in its order. A row without a match has empty cells.

    Args:
        main: The table as read.
        joins: The other tables.
        images: The columns that name pictures, if known.
        null_values: Words that mean an empty cell; an empty key matches nothing.

    Raises:
        TableError: If keys repeat where they should not, nothing matches, or a column
            is in both tables with different cells.
        ColumnNotFoundError: If a table lacks its key.
        ConfigError: If the order or the place of the pictures forbids the join.
    """
    joined = Joined(main)
    for number, join in enumerate(joins):
        if join.cardinality == "one_to_many":
            _check_one_to_many(number, images, joined.side)
        found = open_source(join.source, join.sql)
        other = Side(found.frame, found.name, found.root)
        joined = _join(joined, other, join, null_values)
    return joined


def _check_one_to_many(number: int, images: Sequence[str], main: Side) -> None:
    if number:
        message = "a one_to_many join multiplies rows, so it has to come first"
        raise ConfigError(message, fix="Put it before the other --join options.")
    repeated = [name for name in images if name in main.frame.columns]
    if repeated:
        message = (
            f"a one_to_many join would repeat the pictures of {repeated[0]!r}, which "
            f"{main.name} names"
        )
        fix = (
            "The other table has to name them. If each of its rows belongs to one "
            "picture, pass --cardinality one_to_one."
        )
        raise ConfigError(message, fix=fix)


def _join(
    joined: Joined, other: Side, join: Join, null_values: Sequence[str]
) -> Joined:
    here, there = join.names()
    main = Side(joined.side.frame, joined.side.name, joined.side.root, here)
    other = Side(other.frame, other.name, other.root, there)
    keys = [main.keys(null_values), other.keys(null_values)]
    check_keys(main, other, keys, join.cardinality)
    if join.cardinality == "one_to_many":
        main, other = _renamed(other, here), main
        keys.reverse()
    columns = keys[0].columns
    places = keys[0].join(
        keys[1].with_row_index("place"), on=columns, how="left", maintain_order="left"
    )["place"]
    if places.null_count() == len(places):
        raise nothing_matches(main, other, keys)
    frame, added = _with_columns(main, other, places)
    note = unmatched(main, other, keys, places)
    for line in note:
        warnings.warn(line, DataWarning, stacklevel=4)
    roots = {name: other.root for name in added if other.root != main.root}
    return Joined(
        Side(frame, main.name, main.root),
        joined.roots | roots,
        (*joined.problems, *problems(main, other, keys[0], places)),
        (*joined.notes, *note),
    )


def _renamed(other: Side, here: list[str]) -> Side:
    """Return the other table with the key's names as they are here."""
    names = dict(zip(other.key, here, strict=True))
    twins = [new for old, new in names.items() if old != new]
    taken = [name for name in twins if name in other.frame.columns]
    if taken:
        message = f"it has a column {taken[0]!r} besides its key"
        fix = "Rename that column, or use the same name for the key in both tables."
        raise TableError(message, path=other.name, fix=fix)
    return Side(other.frame.rename(names), other.name, other.root, here)


def _with_columns(
    main: Side, other: Side, places: pl.Series
) -> tuple[pl.DataFrame, list[str]]:
    """Return the table with the other's columns, and the names of the new ones."""
    found = other.frame.drop(other.key).select(pl.all().gather(places))
    twins = [name for name in found.columns if name in main.frame.columns]
    matched = places.is_not_null()
    differ = []
    for name in twins:
        here, there = (side[name].filter(matched) for side in (main.frame, found))
        if not _same(here, there):
            differ.append(name)
    if differ:
        listed = ", ".join(map(repr, differ))
        are = "column is" if len(differ) == 1 else "columns are"
        message = f"{len(differ)} {are} in {main.name} too, with other cells: {listed}"
        fix = "Rename one of the two, or leave it out of the table that is joined."
        raise TableError(message, path=other.name, fix=fix)
    found = found.drop(twins)
    return main.frame.hstack(found), found.columns


def _same(here: pl.Series, there: pl.Series) -> bool:
    """Return whether all cells are the same, in whatever types they are stored."""
    if any(s.dtype.is_nested() or s.dtype == pl.Binary for s in (here, there)):
        return here.dtype == there.dtype and here.equals(there)
    return bool(comparable(here).eq_missing(comparable(there)).all())
