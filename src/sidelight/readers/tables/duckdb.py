"""DuckDB: a query or a table of a file, as Arrow; opened for reading only."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from sidelight.errors import TableError
from sidelight.optional import import_optional
from sidelight.readers.tables import _query as query
from sidelight.readers.tables._arrow import to_frame
from sidelight.readers.tables._base import TableReader, check_names
from sidelight.registry import READERS

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

_RELATIONS = """
select table_name, schema_name, schema_name = current_schema() from (
  select table_name, schema_name from duckdb_tables() where not internal
  union all select view_name, schema_name from duckdb_views() where not internal
) order by 3 desc, 2, 1
"""
# Nothing is fetched over the network behind a query's back, and a name that is no
# table's is not looked for among the variables of this program.
_SETTINGS = {
    "autoinstall_known_extensions": "false",
    "python_enable_replacements": "false",
}


@READERS.register(
    "duckdb",
    summary="a database file: duckdb:///scenes.duckdb, with --sql or its only table",
    extra="sql",
)
class DuckDBReader(TableReader):
    """Reads one table or query of a DuckDB file."""

    suffixes = frozenset({".duckdb", ".ddb"})
    takes_sql: ClassVar[bool] = True
    scheme: ClassVar[str] = "duckdb:///"

    def _read(self, path: Path, sql: str | None) -> pl.DataFrame:
        driver, name = _driver(), str(path)
        try:
            database = driver.connect(name, read_only=True, config=_SETTINGS)
        except driver.Error as failure:
            message = f"the database cannot be opened: {_said(failure)}"
            fix = "While a program writes to it, nobody else can open it."
            raise TableError(message, path=path, fix=fix) from None
        with closing(database):
            asked = ""
            try:
                asked = query.statement(sql, partial(_relations, database), name)
                result = database.sql(_single(database, asked, name))
                check_names(result.columns, name)
                table = result.to_arrow_table()
            except driver.Error as failure:
                if "read-only mode" in str(failure):
                    raise query.more_than_reading(asked, name) from None
                raise query.query_failed(_said(failure), asked, name) from None
        return to_frame(table, name)


def _driver() -> Any:
    return import_optional("duckdb", "Reading from DuckDB", extra="sql")


def _relations(database: Any) -> list[query.Relation]:
    rows = database.execute(_RELATIONS).fetchall()
    return [query.Relation(*row) for row in rows]


def _single(database: Any, asked: str, name: str) -> Any:
    """Return the only statement; DuckDB would run all of several, and any kind."""
    statements = database.extract_statements(asked)
    if len(statements) != 1:
        raise query.several_statements(asked, name)
    if statements[0].type.name != "SELECT":
        raise query.more_than_reading(asked, name)
    return statements[0]


def _said(failure: Exception) -> str:
    return str(failure).split("\n", 1)[0]
