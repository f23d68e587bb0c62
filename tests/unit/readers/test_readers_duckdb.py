import datetime as dt
import subprocess
import sys

import duckdb
import polars as pl
import pytest

from sidelight.errors import TableError
from sidelight.readers import find_reader, read_table
from sidelight.readers.tables.duckdb import DuckDBReader


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "scenes ü?.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create table scenes as select * from (values "
            "('a', 1, 1.25::decimal(8, 2), timestamptz '2021-03-04 12:00:00+02'), "
            "('b', 2, null, null)) t(file, n, x, seen)"
        )
    return path


def read(path, sql=None):
    return DuckDBReader().read(f"duckdb:///{path}", sql=sql)


def test_decimals_are_numbers_and_times_are_utc(database):
    frame = read(database)
    noon = dt.datetime(2021, 3, 4, 10, tzinfo=dt.UTC)
    assert frame.rows() == [("a", 1, 1.25, noon), ("b", 2, None, None)]
    kinds = [pl.String, pl.Int32, pl.Float64, pl.Datetime("us", "UTC")]
    assert frame.dtypes == kinds


@pytest.mark.parametrize("sql", ["scenes", "main.scenes", "from scenes", '"scenes"'])
def test_a_table_is_named_or_queried(database, sql):
    assert read(database, sql).height == 2


def test_a_path_without_scheme_and_a_relative_url_work(database, monkeypatch):
    monkeypatch.chdir(database.parent)
    assert DuckDBReader().read(str(database)).height == 2
    assert DuckDBReader().read(f"duckdb:///{database.name}").height == 2
    assert isinstance(find_reader("duckdb:///a"), DuckDBReader)


def test_nested_cells_are_no_metadata(database):
    sql = "select *, [n] as l, {'a': n} as s, map {'k': n} as m, uuid() u from scenes"
    table = read_table(database, sql=sql)
    assert {"l", "s", "m"} <= set(table.schema.ignored)
    assert len(table.digest()) == 64


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("delete from scenes", "no SELECT"),
        ("copy scenes to 'copy.csv'", "no SELECT"),
        ("attach 'other.duckdb'", "no SELECT"),
        ("with x as (delete from scenes returning *) from x", "does more than read"),
        ("select 1; select 2", "more than one statement"),
        ("select * frm scenes", r"syntax error.*select \* frm"),
        ("select nocol from scenes", "nocol"),
        ("scense", "Did you mean 'scenes'"),
        ("select file, n as file from scenes", "'file' is the name of columns 1 and 2"),
        ("select * from scenes where false", "columns but no rows"),
        ("select interval 1 day as gap", r"Column 'gap'.*extract\(epoch from gap\)"),
        ("select date 'infinity' as d", r"Column 'd'.*infinite.*\(row 1\)"),
    ],
)
def test_a_bad_query_is_explained_and_nothing_is_written(database, sql, said):
    before = database.read_bytes()
    with pytest.raises(TableError, match=said):
        read(database, sql)
    assert database.read_bytes() == before
    assert [path.name for path in database.parent.iterdir()] == [database.name]


def test_several_tables_and_none_are_said(database):
    with duckdb.connect(str(database)) as connection:
        connection.execute("create view newer as from scenes")
    with pytest.raises(TableError, match=r"2 tables: 'newer', 'scenes'"):
        read(database)
    with duckdb.connect(str(database)) as connection:
        connection.execute("drop view newer; drop table scenes")
    with pytest.raises(TableError, match="holds no table"):
        read(database)


def test_other_files_are_no_database(tmp_path):
    (tmp_path / "t.duckdb").write_text("a,b\n1,2\n" * 100)
    with pytest.raises(TableError, match=r"cannot be opened.*not a valid DuckDB"):
        read(tmp_path / "t.duckdb")
    with pytest.raises(TableError, match="no such file"):
        read(tmp_path / "new.duckdb")
    assert not (tmp_path / "new.duckdb").exists()


def test_a_database_that_is_written_to_is_said(database):
    code = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(flush=True); "
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as writer:
        writer.stdout.readline()
        with pytest.raises(TableError, match=r"lock.*While a program writes"):
            read(database)


def test_no_variable_of_the_program_is_taken_for_a_table(database):
    with pytest.raises(TableError, match="Table with name driver does not exist"):
        read(database, "select * from driver")
