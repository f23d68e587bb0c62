"""A real server: what arrives, what is refused, and what nobody may see."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from PIL import Image

from sidelight.errors import ConfigError, TableError
from sidelight.readers import find_reader, read_table
from sidelight.readers.tables.postgresql import PostgreSQLReader
from tests import servers

UTC = dt.UTC


@pytest.fixture(scope="module")
def server(postgresql):
    postgresql.execute(
        "create schema far",
        "create table scenes (file text, n integer, x numeric(8, 2), seen timestamptz)",
        "insert into scenes values ('a', 1, 1.25, '2021-03-04 12:00+02'), "
        "('b', 2, null, null)",
        "create table far.away (file text) partition by list (file)",
        "create table far.part partition of far.away for values in ('p', 'q')",
        "insert into far.away values ('p')",
        "create table many as select i, repeat('x', 100) as text "
        "from generate_series(1, 20000) i",
    )
    return postgresql


def read(server, sql=None, **address):
    return PostgreSQLReader().read(server.address(**address), sql=sql)


def test_decimals_are_numbers_and_times_are_utc(server):
    frame = read(server, "scenes")
    noon = dt.datetime(2021, 3, 4, 10, tzinfo=UTC)
    assert frame.rows() == [("a", 1, 1.25, noon), ("b", 2, None, None)]
    kinds = [pl.String, pl.Int32, pl.Float64, pl.Datetime("us", "UTC")]
    assert frame.dtypes == kinds


def test_every_usual_type_arrives(server):
    frame = read(
        server,
        "select true as yes, 'x'::bytea as bytes, '{1,2}'::int[] as list, "
        "'{1.5}'::numeric[] as decimals, '{\"a\": 1}'::json as json, "
        "'{\"a\": 1}'::jsonb as jsonb, 'NaN'::numeric as nan, 'c'::char(3) as padded, "
        "'00112233-4455-6677-8899-aabbccddeeff'::uuid as uuid, 7::smallint as small, "
        "date '2021-03-04' as day, time '10:00' as clock, inet '10.0.0.1' as other",
    )
    row = frame.row(0, named=True)
    assert np.isnan(row.pop("nan"))
    assert isinstance(row.pop("other"), bytes)
    assert row == {
        "yes": True,
        "bytes": b"x",
        "list": [1, 2],
        "decimals": ["1.5"],
        "json": '{"a": 1}',
        "jsonb": '{"a": 1}',
        "padded": "c  ",
        "uuid": "00112233-4455-6677-8899-aabbccddeeff",
        "small": 7,
        "day": dt.date(2021, 3, 4),
        "clock": dt.time(10),
    }
    table = read_table(server.address(), sql="select *, '{1,2}'::int[] l from scenes")
    assert "l" in table.schema.ignored
    assert len(table.digest()) == 64


@pytest.mark.parametrize(
    ("name", "count"),
    [("scenes", 2), ("public.scenes", 2), ('"scenes"', 2), ("far.away", 1)],
)
def test_a_table_is_named_in_place_of_a_query(server, name, count):
    assert read(server, name).height == count


def test_a_query_may_end_with_a_semicolon_and_begin_with_a_comment(server):
    sql = "-- both\n/* rows */ with t as (select n from scenes) (select * from t);"
    assert read(server, sql).rows() == [(1,), (2,)]


def test_several_tables_are_listed_without_parts_of_a_table(server):
    said = r"3 tables: 'many', 'scenes', 'far.away'\. Say which: --sql \"many\""
    with pytest.raises(TableError, match=said):
        read(server)


def test_the_only_table_is_read(server):
    # A user who may read one table only: the others are none of his business.
    server.execute(
        "create role lonely login password 'x'",
        "grant usage on schema far to lonely",
        "grant select on far.away to lonely",
    )
    address = f"postgresql://lonely:x@127.0.0.1:{server.port}/postgres"
    assert PostgreSQLReader().read(address).rows() == [("p",)]


@pytest.mark.parametrize(
    "sql",
    [
        "delete from scenes",
        "copy scenes to program 'cat'",
        "explain select 1",
        "selec * from scenes",
        "vacuum full",
    ],
)
def test_what_is_no_select_is_not_run(server, sql):
    with pytest.raises(TableError, match=r"the query is no SELECT: .*single SELECT"):
        read(server, sql)


def test_a_select_that_writes_is_refused_by_the_server(server):
    sql = "with gone as (delete from scenes returning *) select * from gone"
    with pytest.raises(TableError, match=r"does more than read: 'with gone"):
        read(server, sql)
    assert read(server, "scenes").height == 2


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select * frm scenes", r'syntax error at or near "frm".*select \* frm'),
        ("select nocol from scenes", 'column "nocol" does not exist'),
        ("scense", r"no table 'scense'\. Did you mean 'scenes'\?"),
        ("select 1; select 2", "more than one statement"),
        (" ; ", "query is empty"),
        ("select file, n as file from scenes", "'file' is the name of columns 1 and 2"),
        ("select * from scenes where false", "columns but no rows"),
        ("select interval '1 day' as gap", r"Column 'gap'.*extract\(epoch from gap\)"),
        ("select timestamp 'infinity' as t", r"Column 't'.*infinite.*\(row 1\).*null"),
        ("select 1/0", "division by zero"),
    ],
)
def test_a_bad_query_is_explained_with_the_server_named(server, sql, said):
    with pytest.raises(TableError, match=said) as caught:
        read(server, sql)
    assert f"sidelight:***@127.0.0.1:{server.port}/postgres" in str(caught.value)
    assert "hush" not in str(caught.value)


def test_a_password_comes_from_the_environment_a_file_or_a_service(
    server, tmp_path, monkeypatch
):
    sql, here = "select 1 as one", f"127.0.0.1:{server.port}"
    monkeypatch.setenv("HOME", str(tmp_path))
    with monkeypatch.context() as patch:
        patch.setenv("PGPASSWORD", servers.PASSWORD)
        assert read(server, sql, password=None).rows() == [(1,)]
        assert read(server, sql, password="***").rows() == [(1,)]
    secrets = tmp_path / "secrets"
    secrets.write_text(f"{here}:*:sidelight:{servers.PASSWORD}\n", encoding="utf-8")
    secrets.chmod(0o600)
    with monkeypatch.context() as patch:
        patch.setenv("PGPASSFILE", str(secrets))
        assert read(server, sql, password=None).rows() == [(1,)]
    services = tmp_path / "services"
    services.write_text(
        f"[lab]\nhost=127.0.0.1\nport={server.port}\nuser=sidelight\n"
        f"dbname=postgres\npassword={servers.PASSWORD}\n",
        encoding="utf-8",
    )
    with monkeypatch.context() as patch:
        patch.setenv("PGSERVICEFILE", str(services))
        reader = PostgreSQLReader()
        rows = reader.read("postgresql:///?service=lab", sql=sql).rows()
    assert rows == [(1,)]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ({"password": "wrong"}, r"refuses the user or the password: .*PGPASSWORD"),
        ({"password": None}, r"no password supplied.*PGPASSWORD.*\.pgpass.*service"),
        ({"password": "***"}, "password of this address was left out when it was sto"),
        ({"database": "nodb"}, r'no connection: .*database "nodb" does not exist'),
        ({"port": 1}, r"no connection: .*Connection refused.*Check host, port"),
    ],
)
def test_a_server_that_lets_nobody_in_is_named_without_secrets(
    server, address, said, tmp_path, monkeypatch
):
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(TableError, match=said) as caught:
        read(server, "scenes", **address)
    text = str(caught.value)
    assert "127.0.0.1" in text
    assert "hush" not in text
    assert "wrong" not in text
    stored = address.get("password") == "***"
    assert ("left out when it was stored" in text) == stored


@pytest.mark.parametrize("password", ["a/b", "a@b", "a#b", "a?b", "a b"])
def test_a_password_that_breaks_the_address_is_not_shown(password):
    address = f"postgresql://sidelight:{password}@127.0.0.1/lab"
    with pytest.raises(ConfigError, match=r"%2F for /|%20") as caught:
        PostgreSQLReader().read(address)
    assert password not in str(caught.value)


def test_a_connection_that_breaks_once_is_made_again(server):
    with servers.cut_line(server.port, after=200_000, times=1) as port:
        frame = read(server, "many", port=port)
    assert frame["i"].to_list() == list(range(1, 20001))


def test_a_connection_that_breaks_twice_is_said(server):
    with (
        servers.cut_line(server.port, after=200_000, times=2) as port,
        pytest.raises(TableError, match=r"broke while rows were read, twice: .*again"),
    ):
        read(server, "many", port=port)


def test_a_session_that_an_administrator_ends_is_a_broken_connection(server):
    sql = "select pg_terminate_backend(pg_backend_pid()), i from many"
    with pytest.raises(TableError, match="twice: terminating connection due to admin"):
        read(server, sql)


def test_pictures_start_at_the_working_folder(server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in "ab":
        Image.new("RGB", (4, 4)).save(tmp_path / f"{name}.png")
    sql = "select file || '.png' as file, n from scenes"
    table = read_table(server.address(), image="file", sql=sql)
    assert [str(path) for path in table.images] == [
        str(tmp_path / "a.png"),
        str(tmp_path / "b.png"),
    ]
    assert table.source == server.address("***")


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_both_schemes_are_known(scheme):
    assert isinstance(find_reader(f"{scheme}://h/db"), PostgreSQLReader)
