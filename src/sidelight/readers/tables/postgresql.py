"""PostgreSQL: Arrow batches by ADBC, inside a read-only transaction."""

from __future__ import annotations

import os
import re
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from sidelight.optional import import_optional
from sidelight.readers.tables import _query as query
from sidelight.readers.tables._arrow import to_frame
from sidelight.readers.tables._server import (
    TIMEOUT_S,
    ConnectionLostError,
    ServerReader,
)
from sidelight.registry import READERS

if TYPE_CHECKING:
    import polars as pl

    from sidelight.errors import TableError

# Everything that a user can select from; parts of a partitioned table belong to it.
_RELATIONS = """
select c.relname, n.nspname, pg_table_is_visible(c.oid)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'v', 'm', 'f', 'p') and not c.relispartition
  and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and has_table_privilege(c.oid, 'select')
order by 3 desc, 2, 1
"""
_READ_ONLY, _SEVERAL = "25006", "cannot insert multiple commands"
# Connections that end: by a failure on the way, an administrator, a crash, a shutdown.
_LOST_STATES = re.compile(r"^(08|57P0[123])")
_LOST_WORDS = (
    "server closed the connection",
    "terminating connection",
    "connection not open",
    "could not receive data",
    "SSL SYSCALL",
    "SSL connection has been closed",
    "no connection to the server",
    "lost synchronization",
)


@READERS.register(
    "postgresql",
    summary="a server: postgresql://user@host/database, with --sql or its only table",
    extra="sql",
)
class PostgreSQLReader(ServerReader):
    """Reads one table or query of a PostgreSQL database.

    All that libpq understands holds: PGHOST and the like, PGPASSWORD, a password file,
    a service file.
    """

    schemes = ("postgresql://", "postgres://")
    password_fix: ClassVar[str] = (
        "Give the password by PGPASSWORD, in ~/.pgpass (PGPASSFILE), or in a service "
        "file: postgresql:///?service=NAME."
    )

    def _ask(self, address: str, sql: str | None, name: str) -> pl.DataFrame:
        dbapi = _driver()
        try:
            connection = dbapi.connect(_with_timeout(address))
        except dbapi.Error as failure:
            raise self.not_connected(_said(failure), address, name) from None
        with closing(connection), closing(connection.cursor()) as cursor:
            asked = ""
            try:
                cursor.execute("set transaction read only")
                # Otherwise two readers of a large table meet its rows in other orders.
                cursor.execute("set local synchronize_seqscans = off")
                asked = query.statement(sql, partial(_relations, cursor), name)
                cursor.execute(asked)
                table = cursor.fetch_arrow_table()
            except dbapi.Error as failure:
                raise _error(failure, asked, name) from None
        return to_frame(table, name)


def _driver() -> Any:
    return import_optional(
        "adbc_driver_postgresql.dbapi",
        "Reading from PostgreSQL",
        extra="sql",
        package="adbc-driver-postgresql",
    )


def _with_timeout(address: str) -> str:
    if "connect_timeout=" in address or "PGCONNECT_TIMEOUT" in os.environ:
        return address
    return f"{address}{'&' if '?' in address else '?'}connect_timeout={TIMEOUT_S}"


def _relations(cursor: Any) -> list[query.Relation]:
    cursor.execute(_RELATIONS)
    return [query.Relation(*row) for row in cursor.fetchall()]


def _said(failure: Any) -> str:
    """Return what the server said, without what the driver puts around it."""
    details = dict(getattr(failure, "details", None) or [])
    if b"PG_DIAG_MESSAGE_PRIMARY" in details:
        said = [details[b"PG_DIAG_MESSAGE_PRIMARY"]]
        said += [details[k] for k in (b"PG_DIAG_MESSAGE_HINT",) if k in details]
        return "; ".join(part.decode("utf-8", "replace") for part in said)
    text = re.sub(r"^[A-Z_]+: (\[libpq\] )?(Failed to connect: )?", "", str(failure))
    return " ".join(text.split("\n")[0].replace("FATAL:  ", "").split())


def _error(failure: Any, asked: str, name: str) -> TableError | ConnectionLostError:
    state, said = getattr(failure, "sqlstate", None) or "", str(failure)
    if _LOST_STATES.match(state) or any(words in said for words in _LOST_WORDS):
        return ConnectionLostError(_said(failure))
    if state == _READ_ONLY:
        return query.more_than_reading(asked, name)
    if _SEVERAL in said:
        return query.several_statements(asked, name)
    return query.query_failed(_said(failure), asked, name)
