"""Read a million rows of a PostgreSQL server, against `pandas.read_sql`.

Both read the same table of 20 columns from a server on this machine, which is started
for it. Ours ends with a checked `Table`; theirs with a frame whose cells nobody has
looked at. pandas gets its rows in the three ways it knows: through SQLAlchemy and
psycopg (where psycopg is installed), through any DB-API connection, row by row, and
through ADBC, which Sidelight itself uses, as Arrow.

Sides take turns, and the fastest turn of each is compared. Beside the seconds stand
those of processors, of this process and of the server together: they hold on a busy
machine too, but say nothing of two cores that work at once.
"""

from __future__ import annotations

import importlib.util
import os
import time
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
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


def processor_seconds(server: servers.Server) -> float:
    """Return what this process and the server's ended sessions used so far."""
    main = (server.folder / "data" / "postmaster.pid").read_text().split()[0]
    fields = Path(f"/proc/{main}/stat").read_text().rpartition(")")[2].split()
    ticks = sum(
        int(field) for field in fields[13:15]
    )  # of children that were waited for
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def cost_of(
    work: Callable[[str], Any], server: servers.Server, num_rows: int
) -> tuple[float, float]:
    """Return the seconds that one reading takes, and those of processors."""
    used, start = processor_seconds(server), time.perf_counter()
    frame = work(server.address())
    seconds = time.perf_counter() - start
    time.sleep(0.2)  # until the server has seen its session end
    if len(frame) != num_rows:
        message = f"{len(frame)} rows were read"
        raise ValueError(message)
    return seconds, processor_seconds(server) - used


def main(num_rows: int = NUM_ROWS, num_turns: int = NUM_TURNS) -> dict[str, float]:
    """Print the seconds of each way, and return them."""
    best = {name: (float("inf"), float("inf")) for name in ways()}
    with servers.postgresql() as server:
        server.execute(TABLE.format(num_rows=num_rows), "analyze scenes")
        for _ in range(num_turns):
            for name, work in ways().items():
                cost = cost_of(work, server, num_rows)
                best[name] = min(best[name][0], cost[0]), min(best[name][1], cost[1])
    ours = best["sidelight, checked table"]
    print(f"PostgreSQL: {num_rows:,} rows × 20 columns")
    print(f"  {'':32} seconds  ratio   of processors  ratio")
    for name, (seconds, used) in best.items():
        ratios = ours[0] / seconds, ours[1] / used
        print(
            f"  {name:32} {seconds:7.2f}  {ratios[0]:5.2f}   {used:13.2f}  "
            f"{ratios[1]:5.2f}"
        )
    print(f"  (ratio: the checked table's over this; goal ≤ {GOAL})")
    return {name: seconds for name, (seconds, _) in best.items()}


if __name__ == "__main__":
    main()
