"""A run trained to do without parts: no picture, no metadata, single columns."""

from __future__ import annotations

import json

import polars as pl
import pytest

from tests.end_to_end.conftest import make_rows, write_table
from tests.end_to_end.test_train import TINY


def call_train(sidelight, scenes, runs, *words):
    answer = sidelight(
        *("train", scenes, "--image", "file", "--target", "label", *TINY),
        *("--epochs", 3, "--runs", runs, *words),
    )
    assert answer.code == 0, answer.err


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("without")


@pytest.fixture
def run(sidelight, folder):
    """Train one run for all tests of this file; return its folder."""
    made = folder / "runs" / "both"
    if not made.exists():
        scenes = write_table(folder / "scenes.csv", make_rows(folder))
        drops = ("augment.modality_dropout=0.3", "augment.column_dropout=0.2")
        words = [word for drop in drops for word in ("--set", drop)]
        call_train(sidelight, scenes, folder / "runs", "--name", "both", *words)
    return made


def predictions(sidelight, run, rows, tmp_path):
    new = write_table(tmp_path / "new.csv", rows)
    out = tmp_path / "p.parquet"
    images = ("--images", run.parent.parent)
    answer = sidelight("predict", run, new, "-o", out, *images)
    assert answer.code == 0, answer.err
    absent = {"file", "depth", "sensor"} - set(rows[0])
    for name in absent:
        assert f"no column '{name}': all rows do without it" in answer.err
    return pl.read_parquet(out).select("^probability_.*$").to_numpy()


def rows_of(run, num_rows=6):
    return make_rows(run.parent.parent)[:num_rows]


def test_without_an_image_column_the_metadata_answers(sidelight, run, tmp_path):
    rows = [{k: v for k, v in row.items() if k != "file"} for row in rows_of(run)]
    blind = predictions(sidelight, run, rows, tmp_path)
    emptied = [{**row, "file": ""} for row in rows]
    assert abs(predictions(sidelight, run, emptied, tmp_path) - blind).max() < 1e-6
    assert abs(blind - blind[:1]).max() > 1e-6  # each by its own metadata


def test_rows_with_and_without_a_picture_stand_side_by_side(sidelight, run, tmp_path):
    rows = rows_of(run)
    whole = predictions(sidelight, run, rows, tmp_path)
    rows[2]["file"] = ""
    mixed = predictions(sidelight, run, rows, tmp_path)
    gaps = abs(mixed - whole).max(axis=1)
    assert gaps[2] > 1e-6
    assert gaps[[0, 1, 3, 4, 5]].max() < 1e-5


def test_without_metadata_columns_the_picture_answers(sidelight, run, tmp_path):
    rows = [{"file": row["file"]} for row in rows_of(run)]
    bare = predictions(sidelight, run, rows, tmp_path)
    emptied = [dict.fromkeys(row, "") | {"file": row["file"]} for row in rows_of(run)]
    assert abs(predictions(sidelight, run, emptied, tmp_path) - bare).max() < 1e-6


def test_evaluate_prints_what_each_absence_costs(sidelight, run):
    scenes = run.parent.parent / "scenes.csv"
    words = ["evaluate", run, scenes]
    for part in ("metadata", "image", "sensor"):
        words += ["--without", part]
    answer = sidelight(*words)
    assert answer.code == 0, answer.err
    costs = answer.out[answer.out.index("without") :]
    assert all(part in costs for part in ("nothing", "metadata", "image", "sensor"))
    found = json.loads(sidelight(*words, "--json").out)
    assert set(found["without"]) == {"metadata", "image", "sensor"}
    assert found["without"]["image"]["accuracy"] < found["accuracy"]
    answer = sidelight("evaluate", run, scenes, "--without", "sensr")
    assert answer.code == 2
    assert "Did you mean 'sensor'" in answer.err


def test_a_run_that_was_not_trained_for_it_says_so(sidelight, tmp_path):
    scenes = write_table(tmp_path / "scenes.csv", make_rows(tmp_path))
    words = ("--name", "strict", "--fusion", "metadata")
    call_train(sidelight, scenes, tmp_path / "runs", *words)
    answer = sidelight(
        "evaluate", tmp_path / "runs" / "strict", scenes, "--without", "sensor"
    )
    assert answer.code == 2
    assert "augment.modality_dropout=0.2" in answer.err


def test_a_fusion_without_metadata_cannot_do_without_the_image(sidelight, tmp_path):
    scenes = write_table(tmp_path / "scenes.csv", make_rows(tmp_path))
    words = ("--fusion", "none", "--set", "augment.modality_dropout=0.2")
    answer = sidelight(
        *("train", scenes, "--image", "file", "--target", "label", *words, *TINY)
    )
    assert answer.code == 2
    assert "reads the image only" in answer.err
