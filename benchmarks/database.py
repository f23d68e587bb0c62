"""Read a million rows of a PostgreSQL server, against `pandas.read_sql`.

Both read the same table of 20 columns from a server on this machine, which is started
for it. Ours ends with a checked `Table`; theirs with a frame whose cells nobody has
looked at. pandas gets its rows in the three ways it knows: through SQLAlchemy and
psycopg (where psycopg is installed), through any DB-API connection, row by row, and
through ADBC, which Sidelight itself uses, as Arrow.

Sides take turns, and the fastest turn of each is compared.
"""

from __future__ import annotations

import importlib.util
import time
import warnings
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pandas as pd

from sidelight.readers import read_table
from sidelight.readers.tables.postgresql import PostgreSQLReader
from tests import servers

NUM_ROWS = 1_000_000
NUM_TURNS = 3
GOAL = 0.2
QUERY = "select * from scenes"

_NUMBERS = ", ".join(
    f"case when random() > 0.03 then random() * {10 * i} end as x{i}"
    for i in range(1, 8)
)
_WORDS = ", ".join(
    f"'w{i}-level-' || (random() * {levels})::int as w{i}"
    for i, levels in enumerate((5, 20, 100))
)
TABLE = f"""
create unlogged table scenes as select
  'pictures/' || i || '.jpg' as file, 'class ' || mod(i, 5) as label,
  {_NUMBERS}, {_WORDS},
  (random() * 1000)::int as n0, (random() * 1e9)::bigint as n1, random() > 0.5 as b0,
  (random() * 100)::numeric(8, 2) as d0, (random() * 100)::numeric(8, 2) as d1,
  timestamptz '2020-01-01' + random() * interval '3 years' as at,
  random() * 180 - 90 as lat, random() * 360 - 180 as lon
from generate_series(1, {{num_rows}}) i
"""


class PlainConnection:
    """A DB-API connection and nothing else, so that pandas fetches rows from it."""

    def __init__(self, connection: Any) -> None:
        self.cursor = connection.cursor
        self.rollback = connection.rollback
        self.commit = connection.commit


def by_rows(address: str) -> pd.DataFrame:
    """Read with a DB-API connection, as pandas does with any driver."""
    from adbc_driver_postgresql.dbapi import connect

    with closing(connect(address)) as connection, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # untested drivers
        return pd.read_sql(QUERY, PlainConnection(connection))


def by_arrow(address: str) -> pd.DataFrame:
    """Read with ADBC."""
    from adbc_driver_postgresql.dbapi import connect

    with closing(connect(address)) as connection:
        return pd.read_sql(QUERY, connection)


def by_sqlalchemy(address: str) -> pd.DataFrame:
    """Read as pandas' own documentation shows."""
    import sqlalchemy

    url = address.replace("postgresql://", "postgresql+psycopg://")
    with sqlalchemy.create_engine(url).connect() as connection:
        return pd.read_sql(QUERY, connection)


def our_table(address: str) -> Any:
    """Read and check."""
    return read_table(address, sql="scenes", target="label")


def our_frame(address: str) -> Any:
    """Read only."""
    return PostgreSQLReader().read(address, sql="scenes")


def ways() -> dict[str, Callable[[str], Any]]:
    """Return every side of the comparison by name."""
    found = {
        "sidelight, checked table": our_table,
        "sidelight, frame only": our_frame,
        "pandas, rows by DB-API": by_rows,
        "pandas, Arrow by ADBC": by_arrow,
    }
    if importlib.util.find_spec("psycopg") is not None:
        found["pandas, SQLAlchemy and psycopg"] = by_sqlalchemy
    return found


def seconds_of(work: Callable[[str], Any], address: str, num_rows: int) -> float:
    """Return the seconds that one reading takes."""
    start = time.perf_counter()
    frame = work(address)
    seconds = time.perf_counter() - start
    if len(frame) != num_rows:
        message = f"{len(frame)} rows were read"
        raise ValueError(message)
    return seconds


def main(num_rows: int = NUM_ROWS, num_turns: int = NUM_TURNS) -> dict[str, float]:
    """Print the seconds of each way and return them."""
    with servers.postgresql() as server:
        server.execute(TABLE.format(num_rows=num_rows), "analyze scenes")
        best = dict.fromkeys(ways(), float("inf"))
        for _ in range(num_turns):
            for name, work in ways().items():
                seconds = seconds_of(work, server.address(), num_rows)
                best[name] = min(best[name], seconds)
    ours = best["sidelight, checked table"]
    print(f"PostgreSQL: {num_rows:,} rows × 20 columns")
    for name, seconds in best.items():
        ratio = "" if name.startswith("sidelight") else f"  ratio {ours / seconds:.2f}"
        print(f"  {name:32} {seconds:6.2f} s{ratio}")
    print(f"  (goal: a ratio ≤ {GOAL} to read_sql)")
    return best


if __name__ == "__main__":
    main()
