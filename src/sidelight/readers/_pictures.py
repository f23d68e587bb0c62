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
    from collections.abc import Sequence
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

    Returns:
        The table, and the warnings that were given.

    Raises:
        ConfigError: If there is no column of pictures, or the pattern is none.
        TableError: If names do not follow the pattern, or a column is there already.
        MissingPackageError: If a header needs a package that is not installed.
    """
    readers = {
        name: HEADERS.get(name).obj(fields)
        for name, fields in check_headers(headers).items()
    }
    if not readers and from_name is None:
        return frame, []
    if not images:
        option = "--from-name" if from_name is not None else "--headers"
        problem = f"{option} needs pictures, but no column names any"
        raise ConfigError(problem, path=source, fix="Name it with --image COLUMN.")
    for image in images:
        if image not in frame.columns:
            raise ColumnNotFoundError(image, frame.columns, path=source)
    names = first_names(
        frame, images, max_pictures, source=source, null_values=null_values
    )
    if from_name is not None:
        found = NamePattern(from_name).columns(names, source)
        _refuse_twins(frame, found, source, f"--from-name {from_name!r}")
        frame = frame.hstack(found)
    notes: list[str] = []
    for name, reader in readers.items():
        found, noticed = _header(reader, name, names, root)
        _refuse_twins(frame, found, source, f"--headers {name}")
        frame = frame.hstack(found)
        notes += noticed
    for note in notes:
        warnings.warn(note, DataWarning, stacklevel=3)
    return frame, notes


def _header(
    reader: HeaderReader, name: str, names: pl.Series, root: Path | str
) -> tuple[list[pl.Series], list[str]]:
    located = locate([names], root)
    (files,) = located.fetched()
    paths = full_paths(files, located.root).set(files.is_null(), None)
    found = reader.read(paths.to_list())
    columns = [cells.alias(f"{name}_{cells.name}") for cells in found.frame]
    return columns, found.notes


def _refuse_twins(
    frame: pl.DataFrame, found: Sequence[pl.Series], source: str, option: str
) -> None:
    twins = [cells.name for cells in found if cells.name in frame.columns]
    if twins:
        listed = ", ".join(map(repr, twins))
        problem = f"{option} gives {listed}, and the table has such a column already"
        fix = "Rename the table's own column, or leave the option out."
        raise TableError(problem, path=source, fix=fix)
