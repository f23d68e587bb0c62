"""`sidelight compare` from the command line and from Python."""

from __future__ import annotations

import json

import polars as pl
import pytest

import sidelight as sl
from tests.end_to_end.conftest import make_rows, write_table

SMALL = (
    "--strategies", "film", "--folds", 1, "--seeds", 1, "--epochs", 1,
    "--backbone", "small", "--set", "backbone.widths=[8,12]",
)  # fmt: skip
ASKED = ("--image", "file", "--target", "label", "--drop", "taken,lat,lon")


@pytest.fixture
def table(tmp_path):
    return write_table(tmp_path / "scenes.csv", make_rows(tmp_path))


def test_one_command_says_whether_metadata_helps_and_goes_on(
    sidelight, table, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    found = sidelight("compare", table, *ASKED, *SMALL, "--name", "one")
    assert found.code == 0, found.err
    last = found.out.strip().splitlines()[-1]
    assert last.startswith("verdict: ")
    assert "metadata shuffled" in found.out
    run = tmp_path / "runs" / "one"
    stored = json.loads((run / "comparison.json").read_text())
    assert stored["verdict"] == last.split()[1]
    assert [arm["name"] for arm in stored["arms"]] == [
        "none", "metadata", "trees", "film", "metadata shuffled", "images shuffled",
        "stack",
    ]  # fmt: skip
    assert pl.read_csv(run / "arms.csv").height == 7
    page = (run / "report.html").read_text()
    assert "Where the metadata changed the answer" in page
    assert pl.read_parquet(run / "answers.parquet").height == 48

    units = {path: path.stat().st_mtime_ns for path in (run / "units").glob("*")}
    gone = run / "units" / "film-0-0.json"
    gone.unlink()
    again = sidelight(
        "compare", table, *ASKED, *SMALL, "--name", "one", "--resume", "--json"
    )
    assert again.code == 0, again.err
    assert json.loads(again.out)["verdict"] == stored["verdict"]
    changed = {p.stem for p, t in units.items() if p.stat().st_mtime_ns != t}
    assert changed == {"film-0-0"}

    other = sidelight(
        "compare", table, *ASKED, *SMALL, "--name", "one", "--resume", "--seed", 4
    )
    assert other.code == 2
    assert "trainings with other options" in other.err


def test_bad_input_leaves_nothing(sidelight, table, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for words, message in [
        (("--strategies", "flim"), "Did you mean 'film'?"),
        (("--strategies", "none"), "at least one fusion"),
        (("--seeds", 0), "seeds"),
        (("--budget", "soon"), "is not a duration"),
        (("--folds", 2), "cannot make 2 folds"),
        (("--resume",), "Name it with --name"),
        (("--drop", "depth,sensor"), "'sensor' left out on request"),
    ]:
        found = sidelight("compare", table, *ASKED, *SMALL, *words)
        assert found.code == 2, (words, found.err)
        assert message in found.err, (words, found.err)
    assert not (tmp_path / "runs").exists()


@pytest.mark.slow
def test_a_budget_too_small_for_anything(sidelight, table, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = sidelight("compare", table, *ASKED, *SMALL, "--budget", "1s")
    assert found.code == 2
    assert "of the budget are left, too few for" in found.err
    assert "Raise --budget" in found.err


@pytest.mark.slow
def test_from_python_the_winner_is_trained(table, tmp_path, monkeypatch):
    monkeypatch.setenv("SIDELIGHT_CACHE", str(tmp_path / "cache"))
    result = sl.compare(
        table,
        image="file",
        target="label",
        strategies=["film", "concat"],
        folds=3,
        seeds=2,
        options={"train": {"epochs": 2}, "table": {"drop": ("lat", "lon")}},
    )
    used = {c.name for c in result.scores.folds[0].table.schema.columns}
    assert used == {"depth", "sensor", "taken"}  # what is dropped is not compared
    assert result.table()["arm"].to_list()[:3] == ["none", "metadata", "trees"]
    assert result.verdict.word in ("helps", "does-not-help", "undecided")
    model = result.best.fit()
    assert set(model.predict(table)) <= {"dark", "grey", "light"}
