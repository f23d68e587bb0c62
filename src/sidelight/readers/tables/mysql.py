"""MySQL and MariaDB: rows in batches, inside a read-only transaction.

Cells come as the text that the server sends and are typed column by column in Polars;
PyMySQL's own converters are skipped, because they run once for each cell.
"""

from __future__ import annotations

import os
import re
from configparser import RawConfigParser
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl, unquote, urlsplit

import polars as pl

from sidelight.errors import ConfigError, TableError
from sidelight.optional import import_optional
from sidelight.readers.tables import _query as query
from sidelight.readers.tables._base import check_names
from sidelight.readers.tables._server import (
    TIMEOUT_S,
    ConnectionLostError,
    ServerReader,
)
from sidelight.registry import READERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BATCH = 50_000
MARK = "`"
PARAMETERS = ("unix_socket", "ssl_ca")
_RELATIONS = """
select table_name, table_schema, coalesce(table_schema = database(), 0)
from information_schema.tables
where table_schema not in ('information_schema', 'mysql', 'performance_schema', 'sys')
order by 3 desc, 2, 1
"""
_TIME = "%Y-%m-%d %H:%M:%S%.f"
_READ_ONLY, _SYNTAX = 1792, 1064
# Shut down, killed, gone away, lost during a query.
_LOST = (1053, 1927, 2006, 2013, 0)
# The one way in which a SELECT writes.
_INTO = re.compile(r"\binto\s+(?:outfile|dumpfile|@)", re.IGNORECASE)


@READERS.register(
    "mysql",
    summary="a server: mysql://user@host/database or mariadb://…, with --sql",
    extra="sql",
)
class MySQLReader(ServerReader):
    """Reads one table or query of a MySQL-compatible database."""

    schemes = ("mysql://", "mariadb://")
    password_fix: ClassVar[str] = (
        "Give the password by MYSQL_PWD, or as password=… under [client] in ~/.my.cnf."
    )

    def _ask(self, address: str, sql: str | None, name: str) -> pl.DataFrame:
        driver = _driver()
        arguments = _arguments(address, name)
        try:
            connection = driver.connect(**arguments)
        except driver.MySQLError as failure:
            raise self.not_connected(_said(failure), address, name) from None
        with closing(connection):
            asked = ""
            try:
                with closing(connection.cursor()) as cursor:
                    cursor.execute("set time_zone = '+00:00'")
                    cursor.execute("start transaction read only")
                    relations = partial(_relations, cursor)
                    asked = query.statement(sql, relations, name, mark=MARK)
                if _INTO.search(asked):
                    raise query.more_than_reading(asked, name)
                return _rows(connection, asked, name)
            except driver.MySQLError as failure:
                raise _error(failure, asked, name) from None


def _driver() -> Any:
    return import_optional("pymysql", "Reading from MySQL", extra="sql")


def _arguments(address: str, name: str) -> dict[str, Any]:
    """Return what PyMySQL is called with; what is absent comes from ~/.my.cnf."""
    try:
        parts = urlsplit(address)
    except ValueError:  # its own sentence may cite the password
        message = "the address cannot be taken apart into user, host and database"
        fix = "It is written as in mysql://user@host:3306/database."
        raise ConfigError(message, path=name, fix=fix) from None
    given = dict(parse_qsl(parts.query))
    unknown = [parameter for parameter in given if parameter not in PARAMETERS]
    if unknown:
        message = f"the address has an unknown parameter {unknown[0]!r}"
        raise ConfigError(message, path=name, fix=f"Known: {', '.join(PARAMETERS)}.")
    try:
        port = parts.port
    except ValueError:
        message = "the port in the address is not a number from 0 to 65535"
        raise ConfigError(message, path=name) from None
    file = Path.home() / ".my.cnf"
    arguments = {
        "host": parts.hostname,
        "port": port,
        "user": parts.username and unquote(parts.username),
        # As bytes: PyMySQL would send text as Latin-1.
        "password": (
            unquote(parts.password or "")
            or os.environ.get("MYSQL_PWD")
            or _stored_password(file)
        ).encode(),
        "database": unquote(parts.path.removeprefix("/")),
        "read_default_file": str(file) if file.exists() else None,
        **given,
    }
    return {
        "charset": "utf8mb4",
        "connect_timeout": TIMEOUT_S,
        "conv": _driver().converters.encoders,  # no decoders
        **{key: value for key, value in arguments.items() if value},
    }


def _stored_password(file: Path) -> str:
    options = RawConfigParser(allow_no_value=True, strict=False)
    options.read(file, encoding="utf-8")
    return (options.get("client", "password", fallback="") or "").strip("'\"")


def _relations(cursor: Any) -> list[query.Relation]:
    cursor.execute(_RELATIONS)
    return [
        query.Relation(name, schema, alone == "1")
        for name, schema, alone in cursor.fetchall()
    ]


def _rows(connection: Any, asked: str, name: str) -> pl.DataFrame:
    """Return the result of a query, which the server keeps until it is fetched."""
    with closing(connection.cursor(_driver().cursors.SSCursor)) as cursor:
        cursor.execute(asked)
        columns = [(column[0], column[1]) for column in cursor.description or ()]
        check_names([column for column, _ in columns], name)
        batches = [_frame(columns, rows) for rows in _batches(connection, cursor)]
    if not batches:
        return pl.DataFrame({column: [] for column, _ in columns})
    return pl.concat(batches, how="vertical_relaxed")


def _frame(
    columns: Sequence[tuple[str, int]], rows: Sequence[Sequence[Any]]
) -> pl.DataFrame:
    cells = zip(*rows, strict=True)
    return pl.DataFrame(
        [_column(*column, c) for column, c in zip(columns, cells, strict=True)]
    )


def _batches(connection: Any, cursor: Any) -> Iterator[Sequence[Sequence[Any]]]:
    try:
        while rows := cursor.fetchmany(BATCH):
            yield rows
    finally:
        if not connection.open:
            # Else PyMySQL goes on reading from the connection that broke.
            cursor._result.unbuffered_active = False


def _column(name: str, code: int, cells: Sequence[Any]) -> pl.Series:
    """Return typed cells; a date of zeros, MySQL's own way to say none, is null."""
    kind = _driver().constants.FIELD_TYPE
    if any(isinstance(cell, bytes) for cell in cells):
        return pl.Series(name, cells, dtype=pl.Binary)
    text = pl.Series(name, cells, dtype=pl.String)
    if code in (kind.FLOAT, kind.DOUBLE, kind.DECIMAL, kind.NEWDECIMAL):
        return text.cast(pl.Float64)
    if code in (kind.DATE, kind.NEWDATE):
        return text.str.to_date("%Y-%m-%d", strict=False)
    if code in (kind.DATETIME, kind.TIMESTAMP):
        times = text.str.to_datetime(_TIME, time_unit="us", strict=False)
        return times.dt.replace_time_zone("UTC" if code == kind.TIMESTAMP else None)
    whole = (kind.TINY, kind.SHORT, kind.INT24, kind.LONG, kind.LONGLONG, kind.YEAR)
    if code in whole:
        numbers = text.cast(pl.Int64, strict=False)
        fits = numbers.null_count() == text.null_count()
        return numbers if fits else text.cast(pl.UInt64)
    return text


def _said(failure: Exception) -> str:
    return str(failure.args[-1]) if failure.args else type(failure).__name__


def _error(
    failure: Exception, asked: str, name: str
) -> TableError | ConnectionLostError:
    code = failure.args[0] if failure.args else 0
    if code in _LOST:
        return ConnectionLostError(_said(failure))
    if code == _READ_ONLY:
        return query.more_than_reading(asked, name)
    rest = asked.partition(";")[2].strip()
    if code == _SYNTAX and rest and f"near '{rest[:20]}" in _said(failure):
        return query.several_statements(asked, name)
    return query.query_failed(_said(failure), asked, name)
