"""What pictures say of themselves: their headers and names as columns of the table."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import polars as pl

from sidelight.errors import ColumnNotFoundError, ConfigError, DataWarning, TableError
from sidelight.readers._names import NamePattern
from sidelight.registry import HEADERS
from sidelight.table._references import full_paths
from sidelight.table._remote import locate
from sidelight.table._slots import first_names

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from sidelight.readers.headers._base import HeaderReader


def check_headers(asked: Sequence[str]) -> dict[str, list[str]]:
    """Return the fields that are asked of each header besides its own columns.

    Args:
        asked: Names of headers; "dicom:PatientID" is a header and a further field.

    Raises:
        UnknownNameError: If there is no such header.
    """
    fields: dict[str, list[str]] = {}
    for request in asked:
        name, colon, field = request.partition(":")
        of_one = fields.setdefault(HEADERS.check(name), [])
        if colon:
            of_one.append(field)
    return fields


def add_picture_columns(
    frame: pl.DataFrame,
    images: Sequence[str],
    root: Path | str,
    *,
    max_pictures: int | None = None,
    headers: Sequence[str],
    from_name: str | None,
    source: str,
    null_values: Sequence[str],
    wanted: Collection[str] | None = None,
) -> tuple[pl.DataFrame, list[str]]:
    """Return the table with what its pictures' names and headers say.

    Args:
        frame: The table as read.
        images: The columns that name the pictures; the first picture of a row speaks.
        root: Where relative paths start.
        max_pictures: As for `read_table`.
        headers: Names of headers, as for `check_headers`.
        from_name: A pattern that takes names apart.
        source: The table's name in messages.
        null_values: Words that mean an empty cell.
        wanted: The columns that are needed, None for all. What gives none of them is
            not read; what the table has already is taken as it is.

    Returns:
        The table, and the warnings that were given.

    Raises:
        ConfigError: If there is no column of pictures, or the pattern is none.
        TableError: If names do not follow the pattern, or a column is there already.
        MissingPackageError: If a header needs a package that is not installed.
    """
    asked = check_headers(headers)
    pattern = None if from_name is None else NamePattern(from_name)
    if wanted is not None:
        wanted = set(wanted) - set(frame.columns)
        asked = {h: f for h, f in asked.items() if _gives(h, wanted)}
        if pattern is not None and not wanted & set(pattern.fields):
            pattern = None
    readers = {name: HEADERS.get(name).obj(fields) for name, fields in asked.items()}
    if not readers and pattern is None:
        return frame, []
    if not images:
        option = "--from-name" if pattern is not None else "--headers"
        problem = f"{option} needs pictures, but no column names any"
        raise ConfigError(problem, path=source, fix="Name it with --image COLUMN.")
    for image in images:
        if image not in frame.columns:
            raise ColumnNotFoundError(image, frame.columns, path=source)
    names = first_names(
        frame, images, max_pictures, source=source, null_values=null_values
    )
    notes: list[str] = []
    if pattern is not None:
        found = pattern.columns(names, source)
        option = f"--from-name {pattern.pattern!r}"
        frame = _joined(frame, found, wanted, source, option)
    paths = _paths(names, root) if readers else []
    for name, reader in readers.items():
        found, noticed = _header(reader, name, paths)
        frame = _joined(frame, found, wanted, source, f"--headers {name}")
        notes += noticed
    for note in notes:
        warnings.warn(note, DataWarning, stacklevel=3)
    return frame, notes


def _gives(header: str, wanted: Collection[str]) -> bool:
    return any(name.startswith(f"{header}_") for name in wanted)


def _paths(names: pl.Series, root: Path | str) -> list[str | None]:
    """Return where each picture is on disk; those in a store are fetched."""
    located = locate([names], root)
    (files,) = located.fetched()
    return full_paths(files, located.root).set(files.is_null(), None).to_list()


def _header(
    reader: HeaderReader, name: str, paths: Sequence[str | None]
) -> tuple[list[pl.Series], list[str]]:
    found = reader.read(paths)
    columns = [cells.alias(f"{name}_{cells.name}") for cells in found.frame]
    return columns, found.notes


def _joined(
    frame: pl.DataFrame,
    found: Sequence[pl.Series],
    wanted: Collection[str] | None,
    source: str,
    option: str,
) -> pl.DataFrame:
    """Return the table with the columns that are wanted, each of which is new."""
    if wanted is not None:
        found = [cells for cells in found if cells.name in wanted]
    twins = [cells.name for cells in found if cells.name in frame.columns]
    if twins:
        listed = ", ".join(map(repr, twins))
        problem = f"{option} gives {listed}, and the table has such a column already"
        fix = "Rename the table's own column, or leave the option out."
        raise TableError(problem, path=source, fix=fix)
    return frame.hstack(list(found))
