"""SQLite: a query or a table of a file; opened for reading only."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

import polars as pl

from sidelight.errors import TableError
from sidelight.readers.tables import _query as query
from sidelight.readers.tables._base import TableReader, check_names
from sidelight.registry import READERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# Attaching another file, or any statement that writes, is refused by SQLite itself.
_READING = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}


@READERS.register(
    "sqlite",
    summary="a database file: sqlite:///scenes.db, with --sql or its only table",
)
class SQLiteReader(TableReader):
    """Reads one table or query of a SQLite file."""

    suffixes = frozenset({".db", ".sqlite", ".sqlite3"})
    takes_sql: ClassVar[bool] = True
    scheme: ClassVar[str] = "sqlite:///"

    def _read(self, path: Path, sql: str | None) -> pl.DataFrame:
        address = f"file:{quote(str(path.absolute()))}?mode=ro"
        try:
            database = sqlite3.connect(address, uri=True)
        except sqlite3.Error as failure:
            message = f"the database cannot be opened: {failure}"
            fix = "Check that you may read the file."
            raise TableError(message, path=path, fix=fix) from None
        with closing(database):
            asked = ""
            try:
                asked = query.statement(sql, partial(_relations, database), str(path))
                database.set_authorizer(_authorize)
                cursor = database.execute(asked)
                if cursor.description is None:
                    raise sqlite3.DatabaseError("not authorized")  # noqa: EM101
                names = [column[0] for column in cursor.description]
                check_names(names, path)
                rows = cursor.fetchall()
            except (sqlite3.Error, sqlite3.Warning) as failure:
                raise _error(failure, asked, str(path)) from None
        columns: Sequence[Sequence[Any]] = list(zip(*rows, strict=True))
        return pl.DataFrame(
            [_column(name, columns[i] if rows else ()) for i, name in enumerate(names)]
        )


def _authorize(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


def _relations(database: sqlite3.Connection) -> list[query.Relation]:
    found = database.execute(
        "select name from sqlite_master where type in ('table', 'view') "
        "and name not like 'sqlite~_%' escape '~' order by name"
    )
    return [query.Relation(name) for (name,) in found]


def _error(
    failure: sqlite3.Error | sqlite3.Warning, asked: str, path: str
) -> TableError:
    said = str(failure)
    if any(word in said for word in ("not authorized", "prohibited", "denied")):
        return query.more_than_reading(asked, path)
    if "not a database" in said:
        return TableError("this is no SQLite database", path=path)
    if "one statement" in said:
        return query.several_statements(asked, path)
    if "decode to UTF-8" in said:
        message = f"a text is not UTF-8: {said}"
        fix = "Correct it in the database, or select it as cast(… as blob)."
        return TableError(message, path=path, fix=fix)
    return query.query_failed(said, asked, path)


def _column(name: str, cells: Sequence[Any]) -> pl.Series:
    """Return a typed column; SQLite types cells, not columns, so they may be mixed."""
    types = {type(cell) for cell in cells if cell is not None}
    if types <= {int}:
        return pl.Series(name, cells, dtype=pl.Int64 if types else pl.String)
    if types <= {int, float}:
        return pl.Series(name, cells, dtype=pl.Float64, strict=False)
    if types == {bytes}:
        return pl.Series(name, cells, dtype=pl.Binary)
    texts = [None if cell is None else _text(cell) for cell in cells]
    return pl.Series(name, texts, dtype=pl.String)


def _text(cell: object) -> str:
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)
