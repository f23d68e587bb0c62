"""Which rows of a database are meant: a query's, a named table's, the only table's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sidelight.errors import TableError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NUM_LISTED = 12
LONGEST = 300
# A query that reads begins so; a table of that name would stand alone.
_READS = re.compile(
    r"\A(?:[\s(]|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*(?:select|with|values|table|from)\b\s*\S",
    re.IGNORECASE | re.DOTALL,
)
_WORDS = re.compile(r"[\s;(]")


@dataclass(frozen=True)
class Relation:
    """A table or view of a database.

    Attributes:
        name: As the database stores it.
        schema: Where it is, in databases that have schemas.
        alone: Whether its name finds it without the schema.
    """

    name: str
    schema: str = ""
    alone: bool = True

    @property
    def shown(self) -> str:
        """The shortest name that finds it."""
        return self.name if self.alone else f"{self.schema}.{self.name}"

    def quoted(self, mark: str) -> str:
        """Return its name for a statement, whatever characters it holds."""
        parts = [self.schema, self.name] if self.schema else [self.name]
        return ".".join(mark + part.replace(mark, 2 * mark) + mark for part in parts)

    def is_called(self, text: str, mark: str) -> bool:
        """Return whether a text names it."""
        names = {f"{self.schema}.{self.name}", self.quoted(mark)}
        if self.alone:
            names |= {self.name, f"{mark}{self.name}{mark}"}
        return text in names


def statement(
    sql: str | None,
    relations: Callable[[], Sequence[Relation]],
    path: str,
    *,
    mark: str = '"',
) -> str:
    """Return the one statement to run.

    Args:
        sql: What was asked for: a query, a table's name, or None for the only table.
        relations: Called for the tables and views of the database, if they matter.
        path: The database's name in messages.
        mark: What names are quoted with.

    Raises:
        TableError: If it is no query that reads and no table's name, or if there is not
            just one table.
    """
    if sql is None:
        return f"select * from {_only(relations(), path).quoted(mark)}"
    text = sql.strip().removesuffix(";").rstrip()
    if not text:
        message = "the query is empty"
        raise TableError(message, path=path, fix="Pass a single SELECT to --sql.")
    if _READS.match(text):
        return text
    known = relations()
    for relation in known:
        if relation.is_called(text, mark):
            return f"select * from {relation.quoted(mark)}"
    if _WORDS.search(text):
        raise no_select(text, path)
    raise _no_such(text, known, path)


def _only(known: Sequence[Relation], path: str) -> Relation:
    if not known:
        message = "the database holds no table"
        raise TableError(message, path=path)
    if len(known) > 1:
        message = f"the database holds {len(known)} tables: {_listed(known)}"
        first = known[0].shown
        fix = f'Say which: --sql "{first}" (sql={first!r}), or pass a SELECT.'
        raise TableError(message, path=path, fix=fix)
    return known[0]


def _no_such(name: str, known: Sequence[Relation], path: str) -> TableError:
    close = nearest(name, [relation.shown for relation in known])
    hint = f"Did you mean {close[0]!r}? " if close else ""
    there = f"There are {_listed(known)}." if known else "There is none at all."
    message = f"the database holds no table {name!r}"
    return TableError(message, path=path, fix=hint + there)


def _listed(known: Sequence[Relation]) -> str:
    names = ", ".join(repr(relation.shown) for relation in known[:NUM_LISTED])
    return names + (", …" if len(known) > NUM_LISTED else "")


def no_select(sql: str, path: str) -> TableError:
    """Return the error of a statement that is not a SELECT, or a mistyped one."""
    message = f"the query is no SELECT: {shortened(sql)}"
    fix = "Pass a single SELECT, or the name of a table; nothing else is run."
    return TableError(message, path=path, fix=fix)


def more_than_reading(sql: str, path: str) -> TableError:
    """Return the error of a query that would change something."""
    message = f"the query does more than read: {shortened(sql)}"
    fix = "Only a single SELECT is run; the database is opened for reading."
    return TableError(message, path=path, fix=fix)


def several_statements(sql: str, path: str) -> TableError:
    """Return the error of more than one statement."""
    message = f"the query holds more than one statement: {shortened(sql)}"
    return TableError(message, path=path, fix="Pass a single SELECT.")


def query_failed(said: str, sql: str, path: str) -> TableError:
    """Return the error of a query that the database cannot answer."""
    message = f"the query failed: {said.strip().rstrip('.')}"
    return TableError(message, path=path, fix=f"The query was {shortened(sql)}.")


def shortened(sql: str) -> str:
    """Return a query as shown in messages."""
    return repr(sql if len(sql) <= LONGEST else sql[: LONGEST - 1] + "…")
