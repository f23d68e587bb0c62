"""`sidelight card`: what it says is what the run did, and exports take it along."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import yaml

from tests.end_to_end.conftest import type_in, write_table

ROWS = 400
TARGET = "area | `x`"  # breaks a table if it is not escaped


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with a run whose answers depend on one column only."""
    folder = tmp_path_factory.mktemp("card")
    rng = np.random.default_rng(0)
    rows = []
    for number in range(ROWS):
        tells = rng.choice(["low", "high"])
        rows.append(
            {
                TARGET: "big" if tells == "high" else "small",
                "tells": tells,
                "noise": f"{rng.normal():.3f}",
                "site": f"s{number % 40}",
            }
        )
    write_table(folder / "rows.csv", rows)
    words = ["train", "rows.csv", "--target", TARGET, "--fusion", "metadata"]
    words += ["--epochs", "12", "--group", "site", "--split", "grouped", "--name", "r"]
    type_in(folder, *words)
    return folder


@pytest.fixture
def here(home, monkeypatch):
    monkeypatch.chdir(home)
    return home


def test_a_card_names_the_column_that_matters_and_an_export_takes_it_along(
    here, sidelight
):
    told = sidelight("card", "runs/r", "--licence", "Apache-2.0", "--json")
    assert told.code == 0, told.err
    said = json.loads(told.out)
    stored = json.loads(Path("runs/r/metrics.json").read_text("utf-8"))["test"]
    assert said["score"]["mean"] == pytest.approx(stored["accuracy"])
    assert said["score"]["rows"] == stored["rows"]
    # Shuffled, half of the rows keep their word by luck.
    assert said["worth"]["tells"]["mean"] == pytest.approx(0.5, abs=0.12)
    assert abs(said["worth"]["noise"]["mean"]) < 0.05
    assert any("tells carries" in sentence for sentence in said["limits"])
    assert any("No effect" in s and "noise" in s for s in said["limits"])

    text = Path("runs/r/card.md").read_text("utf-8")
    _, front, body = text.split("---\n", 2)
    known = yaml.safe_load(front)
    assert known["license"] == "Apache-2.0"
    result = known["model-index"][0]["results"][0]["metrics"][0]
    assert result == {"type": "accuracy", "value": said["score"]["mean"]}
    assert "Predicts area \\| \\`x\\` from 2 columns of metadata." in body
    assert "whole groups of `site`" in body
    assert "drawn at random" not in body
    for line in body.splitlines():
        if line.startswith("| tells | categorical"):
            assert "points (" in line

    told = sidelight("export", "runs/r", "-o", "m.onnx")
    assert told.code == 0, told.err
    assert "model card" not in told.out
    held = onnxruntime.InferenceSession("m.onnx").get_modelmeta().custom_metadata_map
    assert held["sidelight_card"] == text


def test_subgroups_are_those_that_are_asked_for(here, sidelight):
    words = ("card", "runs/r", "--by", "tells", "--repeats", "1", "-o", "c.md")
    told = sidelight(*words, "--intended-use", "To try things out.", "--json")
    assert told.code == 0, told.err
    groups = json.loads(told.out)["subgroups"]
    assert set(groups) == {"tells"}
    assert set(groups["tells"]) == {"high", "low"}
    body = Path("c.md").read_text("utf-8")
    assert "To try things out." in body
    assert "| tells | rows | accuracy |" in body
    told = sidelight("card", "runs/r", "--by", "tell", "-o", "d.md")
    assert told.code == 2
    assert "Did you mean 'tells'?" in told.err
    assert not Path("d.md").exists()


def test_without_its_table_a_card_says_what_it_cannot(here, sidelight):
    table = Path("rows.csv").read_text("utf-8")
    Path("rows.csv").unlink()
    told = sidelight("card", "runs/r", "-o", "bare.md")
    Path("rows.csv").write_text(table, "utf-8")
    assert told.code == 0, told.err
    assert "the training table is not as it was" in told.err
    body = Path("bare.md").read_text("utf-8")
    assert "no intervals, no subgroups" in body
    assert "## Scores by class" in body


def test_what_is_no_finished_run_is_refused(here, sidelight, tmp_path):
    told = sidelight("card", tmp_path)
    assert told.code == 2
    unfinished = tmp_path / "runs" / "u"
    unfinished.mkdir(parents=True)
    for name in ("status.json", "config.yaml"):
        (unfinished / name).write_bytes((here / "runs/r" / name).read_bytes())
    told = sidelight("card", unfinished)
    assert told.code == 2
    assert "did not finish training" in told.err
