"""A run from a PostgreSQL server, which leaves no password anywhere."""

from __future__ import annotations

import os
from urllib.parse import quote

import polars as pl
import pytest
import yaml

from sidelight.readers import read_table
from tests import servers

TINY = ("--fusion", "metadata", "--epochs", 1, "--batch-size", 64)


@pytest.fixture(scope="module")
def server(postgresql):
    postgresql.execute(
        "create table labelled as select (array['low', 'high'])[1 + i % 2] as label, "
        "((i % 2) * 3 + (i % 7) * 0.25)::numeric(6, 2) as depth, "
        "timestamptz '2024-01-01 00:00+02' + i * interval '31 hours' as taken "
        "from generate_series(1, 60) i",
    )
    yield postgresql
    postgresql.execute("drop table labelled")  # other files list all tables


def secrets_in(folder):
    """Return the files below a folder that hold the password, plain or encoded."""
    words = [
        word.encode() for word in (servers.PASSWORD, quote(servers.PASSWORD, safe=""))
    ]
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and any(word in path.read_bytes() for word in words)
    ]


def test_no_password_is_left_behind_or_shown(sidelight, server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    asked = (server.address(), "--sql", "labelled", "--target", "label")
    answers = [
        sidelight("train", *asked, *TINY, "--name", "a"),
        sidelight("inspect", *asked, "--save", "schema.json"),
        sidelight("evaluate", "runs/a", server.address(), "--sql", "labelled"),
        sidelight(
            *("predict", "runs/a", server.address(), "--sql", "labelled"),
            *("-o", "new.parquet"),
        ),
    ]
    assert [answer.code for answer in answers] == [0, 0, 0, 0], answers
    for answer in answers:
        assert "hush" not in answer.out + answer.err
    stored = yaml.safe_load((tmp_path / "runs/a/config.yaml").read_text())
    assert stored["table"]["source"] == server.address("***")
    assert pl.read_parquet("new.parquet").height == 60
    # The stored address asks for the password again, by another way.
    again = ("train", "--config", "runs/a/config.yaml", "--name", "b")
    refused = sidelight(*again)
    assert refused.code == 2
    assert "left out when it was stored. Give the password by PGPASSWORD" in refused.err
    assert not (tmp_path / "runs/b").exists()
    shown = sidelight("report", "runs/a")
    assert shown.code == 0, shown.err
    assert "PGPASSWORD" in (tmp_path / "runs/a/report.html").read_text()
    monkeypatch.setenv("PGPASSWORD", servers.PASSWORD)
    assert len(read_table(stored["table"]["source"], sql=stored["table"]["sql"])) == 60
    assert secrets_in(tmp_path) == []
    assert sum(len(files) for _, _, files in os.walk(tmp_path / "runs")) > 10


def test_bad_input_ends_with_code_2_and_leaves_nothing(sidelight, server, tmp_path):
    for address, sql, said in (
        (server.address(port=1), "labelled", "no connection"),
        (server.address("wrong"), "labelled", "refuses the user or the password"),
        (server.address(), "delete from labelled", "no SELECT"),
        (server.address(), "select * from labelled where false", "no rows"),
    ):
        answer = sidelight(
            *("train", address, "--sql", sql, "--target", "label", *TINY),
            *("--runs", tmp_path / "runs"),
        )
        assert answer.code == 2
        assert said in answer.err
        assert "Traceback" not in answer.err
        assert "hush" not in answer.err
        assert ":wrong@" not in answer.err
    assert not (tmp_path / "runs").exists()
