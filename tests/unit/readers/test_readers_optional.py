"""What is said where a package or a program is not installed."""

import sys

import pytest

from sidelight.errors import MissingPackageError
from sidelight.readers import read_table
from tests import servers


@pytest.mark.parametrize(
    ("source", "module", "said"),
    [
        ("a.duckdb", "duckdb", r"DuckDB needs the package 'duckdb'.*sidelight\[sql\]"),
        ("a.xlsx", "fastexcel", r"\.xlsx needs .*'fastexcel'.*sidelight\[excel\]"),
        ("mysql://me@h/db", "pymysql", r"MySQL needs .*'pymysql'.*sidelight\[sql\]"),
        (
            "postgresql://me@h/db",
            "adbc_driver_postgresql.dbapi",
            r"PostgreSQL needs .*'adbc-driver-postgresql'.*sidelight\[sql\]",
        ),
    ],
)
def test_a_missing_package_names_its_extra(source, module, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, module, None)
    (tmp_path / "a.duckdb").write_bytes(b"x")
    (tmp_path / "a.xlsx").write_bytes(b"x")
    with pytest.raises(MissingPackageError, match=said):
        read_table(source)


def test_a_missing_server_names_the_command_that_installs_it():
    with pytest.raises(RuntimeError, match="run make system-deps"):
        servers._program("no-such-server", [])
