"""SQLite: a query, or the only table of the file; opened for reading only."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

import polars as pl

from sidelight.errors import TableError
from sidelight.readers.tables._base import TableReader, check_names
from sidelight.registry import READERS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SCHEME = "sqlite:///"
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

    def matches(self, source: str) -> bool:
        """Return whether a source is a sqlite:/// URL or a database file."""
        return source.startswith(SCHEME) or super().matches(source)

    def path_of(self, source: str) -> Path:
        """Return the database file; an absolute one is sqlite:////data/scenes.db."""
        return super().path_of(source.removeprefix(SCHEME))

    def _read(self, path: Path, sql: str | None) -> pl.DataFrame:
        address = f"file:{quote(str(path.absolute()))}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as database:
            try:
                sql = _only_table(database, path) if sql is None else sql
                database.set_authorizer(_authorize)
                cursor = database.execute(sql)
                if cursor.description is None:
                    raise sqlite3.DatabaseError("not authorized")  # noqa: EM101
                names = [column[0] for column in cursor.description]
                check_names(names, path)
                rows = cursor.fetchall()
            except (sqlite3.Error, sqlite3.Warning) as failure:
                raise _error(failure, sql, path) from None
        columns: Sequence[Sequence[Any]] = list(zip(*rows, strict=True))
        return pl.DataFrame(
            [_column(name, columns[i] if rows else ()) for i, name in enumerate(names)]
        )


def _authorize(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


def _only_table(database: sqlite3.Connection, path: Path) -> str:
    found = database.execute(
        "select name from sqlite_master where type in ('table', 'view') "
        "and name not like 'sqlite~_%' escape '~' order by name"
    ).fetchall()
    names = [row[0] for row in found]
    if not names:
        message = "the database holds no table"
        raise TableError(message, path=path)
    if len(names) > 1:
        listed = ", ".join(map(repr, names[:12])) + (", …" if len(names) > 12 else "")
        message = f"the database holds {len(names)} tables: {listed}"
        raise TableError(
            message,
            path=path,
            fix=f'Say which rows: --sql "select * from {names[0]}".',
        )
    name = names[0].replace('"', '""')
    return f'select * from "{name}"'


def _error(
    failure: sqlite3.Error | sqlite3.Warning, sql: str | None, path: Path
) -> TableError:
    said = str(failure)
    if sql is not None and not sql.strip():
        message = "the query is empty"
        return TableError(message, path=path, fix="Pass a single SELECT.")
    if any(word in said for word in ("not authorized", "prohibited", "denied")):
        message = f"the query does more than read: {sql!r}"
        fix = "Only a single SELECT is run; the database is opened for reading."
        return TableError(message, path=path, fix=fix)
    if "not a database" in said:
        return TableError("this is no SQLite database", path=path)
    if "one statement" in said:
        message = f"the query holds more than one statement: {sql!r}"
        return TableError(message, path=path, fix="Pass a single SELECT.")
    message = f"the query failed: {said}"
    return TableError(message, path=path, fix=f"The query was {sql!r}." if sql else "")


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
