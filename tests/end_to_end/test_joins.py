"""A second table and an object store, from the command line on."""

from __future__ import annotations

import json
from pathlib import Path

import fsspec
import polars as pl
import pytest
import yaml

from tests.end_to_end.conftest import make_rows
from tests.end_to_end.test_train import TINY

JOIN = ("--join", "sites.csv", "--on", "site=id", "--cardinality", "many_to_one")
ROLES = ("--image", "file", "--target", "label")


@pytest.fixture
def scenes(tmp_path, monkeypatch):
    """Pictures at six sites in one table, what is known of the sites in another."""
    monkeypatch.chdir(tmp_path)
    rows = make_rows(tmp_path)
    frame = pl.DataFrame(rows).select("file", "label", "depth")
    frame = frame.with_columns(site=pl.int_range(pl.len()) % 6)
    frame.write_csv("scenes.csv")
    sites = pl.DataFrame({"id": [f"{i}.0" for i in range(6)]})
    sites.with_columns(slope=pl.int_range(6) * 1.5).write_csv("sites.csv")
    return frame


@pytest.mark.slow
def test_a_run_knows_its_joins_and_answers_with_them(sidelight, scenes):
    asked = ("scenes.csv", *ROLES, *JOIN, "--group", "site")
    answer = sidelight("train", *asked, *TINY, "--epochs", 1, "--name", "r")
    assert answer.code == 0, answer.err
    config = yaml.safe_load(Path("runs/r/config.yaml").read_text())["table"]["join"]
    assert config[0]["source"] == "sites.csv"
    assert config[0]["key"] == ["site=id"]
    schema = json.loads(Path("runs/r/schema.json").read_text())
    assert "slope" in [column["name"] for column in schema["columns"]]
    found = sidelight("evaluate", "runs/r", "scenes.csv", *JOIN, "--json")
    assert json.loads(found.out)["rows"] == 48
    assert sidelight("predict", "runs/r", "scenes.csv", *JOIN, "-o", "p.csv").code == 0
    without = sidelight("predict", "runs/r", "scenes.csv", "-o", "q.csv")
    assert without.code == 2
    assert "'slope'" in without.err
    assert "do the same: --join sites.csv --on site=id" in without.err
    again = sidelight("train", "--config", "runs/r/config.yaml", "--name", "s")
    assert again.code == 0
    first, second = (
        json.loads(Path(f"runs/{name}/metrics.json").read_text()) for name in "rs"
    )
    assert first["test"] == second["test"]
    assert sidelight("report", "runs/r").code == 0


def test_inspect_shows_joined_columns(sidelight, scenes):
    answer = sidelight("inspect", "scenes.csv", *ROLES, *JOIN, "--json")
    assert answer.code == 0, answer.err
    kinds = {row["name"]: row["kind"] for row in json.loads(answer.out)}
    assert kinds["slope"] == "numeric"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (JOIN[:4], "6 keys stand in several rows, so the join is not one_to_one"),
        (("--join", "no.csv", "--on", "site"), "no.csv: there is no such file"),
        (("--join", "sites.csv", "--on", "site"), "there is no column 'site'"),
        (("--join", "sites.csv"), "1 × --join, 0 × --on"),
        ((*JOIN[:5], "many"), "--cardinality 'many' is no way"),
        (
            ("--join", "sites.csv", "--on", "depth=id", *JOIN[4:]),
            "no key of scenes.csv",
        ),
    ],
)
def test_joins_that_cannot_be_made(sidelight, scenes, tmp_path, words, message):
    answer = sidelight("train", "scenes.csv", *ROLES, *words, "--name", "r")
    assert answer.code == 2
    assert message in answer.err
    assert "Traceback" not in answer.err
    assert not list(tmp_path.glob("runs/*"))


def test_a_table_in_a_store(sidelight, scenes, tmp_path):
    store = fsspec.filesystem("memory")
    store.put(str(tmp_path / "images"), "/bucket/images", recursive=True)
    store.put(str(tmp_path / "scenes.csv"), "/bucket/scenes.csv")
    source = "memory://bucket/scenes.csv"
    answer = sidelight("inspect", source, *ROLES, *JOIN)
    assert answer.code == 0, answer.err
    store.rm("/bucket/images/003.png")
    answer = sidelight("inspect", source, *ROLES, *JOIN)
    assert answer.code == 2
    assert "row 4: 'memory://bucket/images/003.png'" in answer.err
    store.rm("/bucket", recursive=True)
