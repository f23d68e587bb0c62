"""A real MariaDB server: what arrives, what is refused, and what nobody may see."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from sidelight.errors import TableError
from sidelight.readers.tables.mysql import MySQLReader
from tests import servers

pytestmark = pytest.mark.slow


def read(server, sql=None, **address):
    return MySQLReader().read(server.address(**address), sql=sql)


@pytest.fixture(scope="module")
def server(mariadb):
    mariadb.execute(
        "set sql_mode = ''",
        "set time_zone = '+02:00'",
        "create table scenes (file varchar(20), n int, b bigint unsigned, "
        "x decimal(8, 2), f double, seen timestamp null, local datetime(3), "
        "day date, clock time, j json, bytes blob, year year, e enum('a', 'b'))",
        "insert into scenes values ('ü 😀', 1, 18446744073709551615, 1.25, 0.1, "
        "'2021-03-04 12:00:00', '2021-03-04 12:00:00.125', '2021-03-04', "
        "'10:00:00', '{\"a\":1}', x'00ff', 2021, 'b'), ('b', null, 1, null, null, "
        "null, '0000-00-00', '0000-00-00', null, null, null, null, null)",
        "create table many as select seq as i, repeat('x', 100) as text "
        "from seq_1_to_120000",
    )
    return mariadb


def test_every_usual_type_arrives(server):
    frame = read(server, "select * from scenes order by n desc")
    noon = dt.datetime(2021, 3, 4, 10, tzinfo=dt.UTC)
    assert frame.row(0, named=True) == {
        "file": "ü 😀",
        "n": 1,
        "b": 2**64 - 1,
        "x": 1.25,
        "f": 0.1,
        "seen": noon,
        "local": dt.datetime(2021, 3, 4, 12, 0, 0, 125000),
        "day": dt.date(2021, 3, 4),
        "clock": "10:00:00",
        "j": '{"a":1}',
        "bytes": b"\x00\xff",
        "year": 2021,
        "e": "b",
    }
    assert frame.row(1)[2:] == (1, *[None] * 10)
    assert frame.schema["seen"] == pl.Datetime("us", "UTC")


def test_rows_come_in_batches_and_in_order(server):
    frame = read(server, "select * from many order by i")
    assert frame["i"].to_list() == list(range(1, 120_001))


@pytest.mark.parametrize("name", ["scenes", "lab.scenes", "`scenes`"])
def test_a_table_is_named_in_place_of_a_query(server, name):
    assert read(server, name).height == 2


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (None, r"2 tables: 'many', 'scenes'"),
        ("delete from scenes", "is no SELECT"),
        ("select 1 into outfile '/tmp/sidelight'", "does more than read"),
        ("select * from scenes for update", "does more than read"),
        ("select 1; select 2", "more than one statement"),
        ("select * frm scenes", r"SQL syntax.*near 'frm scenes'"),
        ("select nocol from scenes", "Unknown column 'nocol'"),
        ("scense", "Did you mean 'scenes'"),
        (
            "select file, n as file from scenes",
            "'file' is the name of columns 1 an",
        ),
        ("select * from scenes where false", "columns but no rows"),
        (
            "select concat('a', char(0 using utf8mb4)) as t",
            r"Column 't'.*NUL.*\(row 1: 'a\\x00'",
        ),
    ],
)
def test_a_bad_query_is_explained_with_the_server_named(server, sql, said):
    with pytest.raises(TableError, match=said) as caught:
        read(server, sql)
    assert f"sidelight:***@127.0.0.1:{server.port}/lab" in str(caught.value)
    assert "hush" not in str(caught.value)


def test_a_password_comes_from_the_environment_or_a_file(server, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    with monkeypatch.context() as patch:
        patch.setenv("MYSQL_PWD", servers.PASSWORD)
        assert read(server, "select 1 as one", password=None).rows() == [(1,)]
        assert read(server, "select 1 as one", password="***").rows() == [(1,)]
    for password in (None, "***"):
        with pytest.raises(TableError, match=r"refuses the user.*MYSQL_PWD"):
            read(server, "scenes", password=password)
    options = f'[client]\npassword = "{servers.PASSWORD}"\n'
    (tmp_path / ".my.cnf").write_text(options, encoding="utf-8")
    assert read(server, "select 1 as one", password=None).rows() == [(1,)]


def test_a_server_that_lets_nobody_in_is_named_without_secrets(server):
    for address, said in (
        ({"password": "wrong"}, "refuses the user or the password"),
        ({"port": 1}, "gives no connection.*Connection refused"),
    ):
        with pytest.raises(TableError, match=said) as caught:
            read(server, "scenes", **address)
        assert "wrong" not in str(caught.value)
        assert "hush" not in str(caught.value)


def test_a_connection_that_breaks_once_is_made_again(server):
    with servers.cut_line(server.port, after=500_000, times=1) as port:
        assert read(server, "many", port=port).height == 120_000


def test_a_connection_that_breaks_twice_is_said(server):
    with (
        servers.cut_line(server.port, after=500_000, times=2) as port,
        pytest.raises(TableError, match="broke while rows were read, twice"),
    ):
        read(server, "many", port=port)
