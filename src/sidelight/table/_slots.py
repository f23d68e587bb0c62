"""Which pictures each row names: one column, several columns, or lists in a column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from sidelight.errors import ConfigError, TableError
from sidelight.schema import Schema
from sidelight.table._cells import NULL_VALUES, blank, count, is_text, positions
from sidelight.table._pictures import Pictures
from sidelight.table._problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

SEPARATOR = ";"
MOST_PICTURES = 64  # of a row, unless more are asked for: all rows take as much room


def most_pictures(
    cells: pl.Series,
    asked: int | None,
    *,
    source: str,
    null_values: Sequence[str] = NULL_VALUES,
) -> int | None:
    """Return how many pictures a cell names at most; None if each names a single one.

    Text is a list if some cell holds a semicolon. Whoever asks for one picture says
    that semicolons are part of the names.

    Args:
        cells: The column that names the pictures, as read.
        asked: What the user allows; None takes the longest list.
        source: The table's name in messages.
        null_values: Words that mean an empty cell.

    Raises:
        ConfigError: If what was asked for is no number of pictures.
        TableError: If the longest list is absurd, and was not asked for.
    """
    if asked is not None and asked < 1:
        message = f"a row cannot have at most {asked} pictures"
        raise ConfigError(message, fix="Give --max-pictures (max_pictures) 1 or more.")
    if not _is_list(cells):
        holds = is_text(cells) and bool(_has_separator(cells).any())
        if asked == 1 or (asked is None and not holds):
            return None
    if asked is not None:
        return asked
    lengths = _lists(cells, null_values).list.len()
    longest = int(lengths.fill_null(0).to_numpy().max(initial=1))
    if longest > MOST_PICTURES:
        row = int(lengths.arg_max() or 0)
        message = f"a row names {longest} pictures, and all would take as much room"
        fix = (
            f"Correct it, or allow so many: --max-pictures {longest} "
            f"(max_pictures={longest})."
        )
        raise TableError(
            message, path=source, column=cells.name, rows=[row + 1], fix=fix
        )
    # Of text, 1 would say that semicolons are part of the names.
    return longest if _is_list(cells) else max(2, longest)


def picture_names(
    frame: pl.DataFrame, schema: Schema, null_values: Sequence[str] = NULL_VALUES
) -> tuple[list[pl.Series], list[Problem]]:
    """Return the names of every row's pictures, and the rows that name too many.

    Args:
        frame: The columns as read; names are taken literally, spaces included, but for
            those around the semicolons of a list.
        schema: Which columns name pictures, and whether they hold lists.
        null_values: Words that mean an empty cell.

    Returns:
        For each picture that a row can have a column of `(num_rows,)` String, named
        like the column it came from, null where there is none. Lists are filled from
        the front.
    """
    if schema.image is None:
        return [], []
    cells = frame[schema.image]
    if schema.max_pictures is None and not _is_list(cells):
        return [_single(frame[name], null_values) for name in schema.images], []
    most = schema.max_pictures or 1
    lists = _listed(cells, most, null_values)
    slots = [
        lists.list.get(place, null_on_oob=True).alias(cells.name)
        for place in range(most)
    ]
    return slots, _too_long(lists.list.len(), most)


def first_names(
    frame: pl.DataFrame,
    images: Sequence[str],
    asked: int | None,
    *,
    source: str,
    null_values: Sequence[str] = NULL_VALUES,
) -> pl.Series:
    """Return the name of each row's first picture, null for a row without.

    Args:
        frame: The columns as read.
        images: The columns that name pictures.
        asked: As for `most_pictures`.
        source: The table's name in messages.
        null_values: Words that mean an empty cell.
    """
    most = None
    if len(images) == 1:
        cells = frame[images[0]]
        most = most_pictures(cells, asked, source=source, null_values=null_values)
    schema = Schema(image=images[0], more_images=tuple(images[1:]), max_pictures=most)
    return Pictures(*picture_names(frame, schema, null_values)[0]).texts


def names_as_text(names: pl.Series) -> pl.Series:
    """Return lists of names as they are written in text, other cells as they are."""
    if not _is_list(names):
        return names
    return names.cast(pl.List(pl.String)).list.join(SEPARATOR)


def _is_list(cells: pl.Series) -> bool:
    return isinstance(cells.dtype, (pl.List, pl.Array))


def _has_separator(cells: pl.Series) -> pl.Series:
    return cells.cast(pl.String).str.contains(SEPARATOR, literal=True)


def _single(cells: pl.Series, null_values: Sequence[str]) -> pl.Series:
    return cells.cast(pl.String).set(blank(cells, null_values), None)


def _listed(cells: pl.Series, most: int, null_values: Sequence[str]) -> pl.Series:
    if most == 1 and not _is_list(cells):
        alone = _single(cells, null_values)
        return alone.to_frame().select(pl.concat_list(pl.all()).list.drop_nulls())[:, 0]
    return _lists(cells, null_values)


def _lists(cells: pl.Series, null_values: Sequence[str]) -> pl.Series:
    """Return `(num_rows,)` List(String), empty parts and words for "empty" left out."""
    name = pl.element()
    if _is_list(cells):
        lists = cells.cast(pl.List(pl.String))
        there = name.is_not_null() & (name != "")
        return lists.list.eval(name.filter(there))
    parts = cells.cast(pl.String).fill_null("").str.split(SEPARATOR)
    stripped = parts.list.eval(name.str.strip_chars())
    return stripped.list.eval(name.filter(~name.is_in(["", *null_values])))


def _too_long(lengths: pl.Series, most: int) -> list[Problem]:
    where = positions(lengths > most)
    if not len(where):
        return []
    names = count(len(where), "row", "names", "name")
    pictures = "picture" if most == 1 else "pictures"
    return [
        Problem(
            lengths.name,
            f"{names} more than {most} {pictures}",
            "too many pictures",
            where,
            lengths.gather(where).to_list(),
            "List fewer, leave these rows out with --on-bad drop (on_bad='drop'), or "
            "train with a larger --max-pictures N (max_pictures=N).",
        )
    ]
