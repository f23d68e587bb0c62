"""A source in, its cells as they stand there out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sidelight.errors import ConfigError, TableError
from sidelight.readers._frames import frame_name, is_frame, to_polars
from sidelight.readers.tables import _document
from sidelight.readers.tables._base import check_file
from sidelight.redact import redact
from sidelight.registry import READERS
from sidelight.stores import fetch_one, is_remote

if TYPE_CHECKING:
    import polars as pl

    from sidelight.readers.tables._base import SourceReader


@dataclass(frozen=True, eq=False)
class Opened:
    """A table as read, not checked yet.

    Attributes:
        frame: Its cells.
        name: Its name in messages, without passwords.
        root: Where relative paths of pictures start.
        reader: Who read it; None for a frame.
    """

    frame: pl.DataFrame
    name: str
    root: Path | str
    reader: SourceReader | None = None


def open_source(source: Any, sql: str | None, asset: str | None = None) -> Opened:
    """Return the cells of a source as they stand there.

    Args:
        source: A path, a URL, or a frame of Polars, pandas or Arrow.
        sql: A query, or the name of a table or a sheet.
        asset: Which asset of a STAC catalogue is the picture.

    Raises:
        TableError: If there is no such source, or it cannot be read.
        ConfigError: If it is no source, or takes no query or asset.
    """
    if is_frame(source):
        if sql is not None:
            message = "a query (sql=) needs a database, but the table is in memory"
            raise ConfigError(message)
        if asset is not None:
            message = "an asset (asset=) needs a STAC catalogue, but this is a table"
            raise ConfigError(message)
        return Opened(to_polars(source), frame_name(source), Path.cwd())
    if not isinstance(source, (str, Path)):
        message = (
            f"a table cannot be read from an object of type {type(source).__name__}"
        )
        fix = "Pass a path, a database's URL, or a Polars, pandas or Arrow table."
        raise ConfigError(message, fix=fix)
    if is_remote(source):
        return _open_remote(str(source), sql, asset)
    reader = find_reader(str(source))
    frame = reader.read(str(source), sql=sql, asset=asset)
    return Opened(frame, redact(str(source)), reader.root_of(str(source)), reader)


def find_reader(source: str) -> SourceReader:
    """Return the reader for a path or URL, told by its looks.

    Raises:
        TableError: If it is no file, or no reader knows it; lists what there is.
    """
    entries = READERS.entries()
    for entry in sorted(entries, key=lambda entry: entry.obj.general):
        reader: SourceReader = entry.obj()
        if reader.matches(source):
            return reader
    if "://" not in source:
        check_file(Path(source))  # a folder or a mistyped name says so first
    known = "; ".join(f"{entry.name}: {entry.summary}" for entry in entries)
    message = "no reader knows this kind of table"
    if "://" not in source and Path(source).suffix.lower() in _document.SUFFIXES:
        message = f"no reader knows this kind of JSON: {_document.described(source)}"
    raise TableError(message, path=source, fix=f"There are {known}.")


def _open_remote(source: str, sql: str | None, asset: str | None) -> Opened:
    """Read a table in an object store; relative pictures start beside it there."""
    local, shown = str(fetch_one(source)), redact(source)
    try:
        reader = find_reader(local)
        frame = reader.read(local, sql=sql, asset=asset)
    except (TableError, ConfigError) as error:
        # The sentence cites what was asked for, not the copy.
        if error.path != local:
            raise
        kind = TableError if isinstance(error, TableError) else ConfigError
        raise kind(
            error.problem,
            path=shown,
            column=error.column,
            rows=error.rows,
            values=error.values,
            fix=error.fix,
        ) from None
    root: Path | str = reader.root_of(local)
    if root == Path(local).parent:  # else the pictures came with the table
        root = source.rpartition("/")[0]
    return Opened(frame, shown, root, reader)
