import sqlite3
from contextlib import closing

import polars as pl
import pytest

from sidelight.errors import TableError
from sidelight.readers.tables.sqlite import SQLiteReader


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "scenes ü?.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "create table scenes (file text, n integer, x real, m, empty);"
            "insert into scenes values ('a', 1, 1.5, 1, null), ('b', 2, 2, 'u', null);"
        )
    return path


def read(path, sql=None):
    return SQLiteReader().read(f"sqlite:///{path}", sql=sql)


def test_the_only_table_is_read(database):
    frame = read(database)
    assert frame.rows() == [("a", 1, 1.5, "1", None), ("b", 2, 2.0, "u", None)]
    assert frame.dtypes == [pl.String, pl.Int64, pl.Float64, pl.String, pl.String]


def test_a_query_is_read(database):
    sql = "-- two\nwith t as (select file, n * 2 as m from scenes) select * from t"
    assert read(database, sql).rows() == [("a", 2), ("b", 4)]


@pytest.mark.parametrize("name", ["scenes", '"scenes"', "newer"])
def test_a_table_or_view_is_named_in_place_of_a_query(database, name):
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("create view newer as select * from scenes")
    assert read(database, name).height == 2
    with pytest.raises(TableError, match=r"no table 'scense'\. Did you mean 'scenes'"):
        read(database, "scense")


def test_text_that_is_none_is_refused(database):
    said = r"Column 't'.*1 cell holds a NUL character \(row 2: 'a\\x00b'\)"
    with pytest.raises(TableError, match=said):
        read(database, "select 'a' as t union all select 'a' || char(0) || 'b'")
    with pytest.raises(TableError, match=r"a text is not UTF-8.*column 't'"):
        read(database, "select cast(x'61ff' as text) as t")


def test_a_path_without_scheme_and_a_relative_url_work(database, monkeypatch):
    monkeypatch.chdir(database.parent)
    assert SQLiteReader().read(str(database)).height == 2
    assert SQLiteReader().read(f"sqlite:///{database.name}").height == 2


def test_blobs_and_mixed_numbers_are_typed(database):
    frame = read(database, "select x'00ff' as b, 1 as n union all select x'01', 2.5")
    assert frame.dtypes == [pl.Binary, pl.Float64]


def test_several_tables_are_listed(database):
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("create view newer as select * from scenes")
    with pytest.raises(TableError, match=r"2 tables: 'newer', 'scenes'.*--sql"):
        read(database)


@pytest.mark.parametrize(
    "sql",
    [
        "delete from scenes",
        "insert into scenes(file) values ('z') returning file",
        "create table z (a)",
        "drop table scenes",
        "attach 'other.db' as other",
        "pragma user_version = 3",
        "vacuum into 'copy.db'",
    ],
)
def test_only_reading_is_allowed(database, sql, tmp_path):
    before = database.read_bytes()
    with pytest.raises(TableError, match="is no SELECT"):
        read(database, sql)
    assert database.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [database.name]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select * frm scenes", r"syntax error.*select \* frm"),
        ("select nocol from scenes", "no such column: nocol"),
        ("select * from other", "no such table: other"),
        ("select 1; select 2", "more than one statement"),
        (" ", "query is empty"),
        ("select file, n as file from scenes", "'file' is the name of columns 1 and 2"),
        ("select * from scenes where 0", "no rows"),
    ],
)
def test_a_bad_query_is_explained(database, sql, said):
    with pytest.raises(TableError, match=said):
        read(database, sql)


def test_a_missing_file_is_not_created(tmp_path):
    with pytest.raises(TableError, match="no such file"):
        read(tmp_path / "new.db")
    assert list(tmp_path.iterdir()) == []


def test_other_files_are_no_database(tmp_path):
    (tmp_path / "t.db").write_text("a,b\n1,2\n" * 100)
    with pytest.raises(TableError, match="no SQLite database"):
        read(tmp_path / "t.db")


def test_an_empty_database_has_no_table(tmp_path):
    with closing(sqlite3.connect(tmp_path / "t.db")) as connection:
        connection.executescript("create table a (b); drop table a")
    with pytest.raises(TableError, match="no table"):
        read(tmp_path / "t.db")


def test_a_database_that_may_not_be_opened_is_said(database, monkeypatch):
    def refuse(*args, **options):
        message = "unable to open database file"
        raise sqlite3.OperationalError(message)

    monkeypatch.setattr(sqlite3, "connect", refuse)
    with pytest.raises(TableError, match=r"cannot be opened.*may read the file"):
        read(database)
