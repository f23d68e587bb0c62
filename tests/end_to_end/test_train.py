"""From a table to answers through the command line and through Python."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3

import keras
import numpy as np
import polars as pl
import pytest

import sidelight as sl
from tests.end_to_end.conftest import make_rows, type_in, write_table

# Two narrow stages: what is tested here is the way, not the network.
TINY = ("--set", "backbone.widths=[8, 16]")

FILES = {
    "audit.json",
    "config.yaml",
    "confusion.png",
    "curves.png",
    "environment.json",
    "history.csv",
    "image.json",
    "label_noise.csv",
    "metrics.json",
    "model.keras",
    "predictions.parquet",
    "preprocessor.json",
    "schema.json",
    "split.parquet",
    "status.json",
}


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory):
    """Train a small run once for the tests of this module, and return its folder."""
    folder = tmp_path_factory.mktemp("trained")
    scenes = write_table(folder / "scenes.csv", make_rows(folder))
    asked = ("--image", "file", "--target", "label", *TINY, "--epochs", 2)
    words = ("train", scenes, *asked, "--name", "r", "--runs", folder / "runs")
    type_in(folder, *words)
    return folder / "runs" / "r"


@pytest.fixture
def trained(trained_once, tmp_path):
    """Return a copy of the run, which a test may change."""
    return shutil.copytree(trained_once, tmp_path / "runs" / "r")


def test_a_run_holds_everything_it_should(trained, rows):
    assert {path.name for path in trained.iterdir()} == FILES
    metrics = json.loads((trained / "metrics.json").read_text())
    for part in ("train", "val", "test"):
        assert 0 <= metrics[part]["accuracy"] <= 1
    predictions = pl.read_parquet(trained / "predictions.parquet")
    assert predictions.columns == [
        *("row", "part", "file", "prediction"),
        *("probability_dark", "probability_grey", "probability_light"),
    ]
    assert predictions["row"].to_list() == list(range(1, len(rows) + 1))
    assert predictions["file"].to_list() == [row["file"] for row in rows]
    sums = predictions.select(pl.sum_horizontal(r"^probability_.*$")).to_series()
    np.testing.assert_allclose(sums, 1, atol=1e-5)
    with (trained / "history.csv").open() as file:
        history = list(csv.DictReader(file))
    assert [row["epoch"] for row in history] == ["1", "2"]
    assert {"loss", "val_loss", "accuracy", "val_accuracy"} <= set(history[0])


def test_the_saved_model_holds_no_random_layer_but_dropout(trained):
    model = keras.saving.load_model(trained / "model.keras", compile=False)
    names = {type(layer).__name__ for layer in model._flatten_layers()}
    assert "Dropout" in names
    assert not [name for name in names if "Random" in name or "Noise" in name]


def test_a_configuration_repeats_its_run(sidelight, trained):
    answer = sidelight(
        *("train", "--config", trained / "config.yaml", "--name", "again"),
        *("--runs", trained.parent),
    )
    assert answer.code == 0, answer.err
    first, second = (
        json.loads((trained.parent / name / "metrics.json").read_text())
        for name in ("r", "again")
    )
    assert first["test"] == second["test"]
    frames = [
        pl.read_parquet(trained.parent / name / "predictions.parquet")
        for name in ("r", "again")
    ]
    assert frames[0].equals(frames[1])


def test_a_taken_name_is_refused_and_overwritten_on_request(sidelight, trained, scenes):
    words = (
        "train",
        scenes,
        "--image",
        "file",
        "--target",
        "label",
        *TINY,
        "--epochs",
        1,
    )
    words = (*words, "--name", "r", "--runs", trained.parent)
    assert sidelight(*words).code == 2
    assert (trained / "model.keras").exists()
    assert sidelight(*words, "--overwrite").code == 0


def test_predictions_do_not_depend_on_order_of_columns_or_extra_ones(
    sidelight, trained, rows, tmp_path
):
    turned = [{"extra": "x", **dict(reversed(list(row.items())))} for row in rows[:10]]
    for row in turned:
        del row["label"]
    new = write_table(tmp_path / "new.csv", turned)
    answer = sidelight("predict", trained, new, "-o", tmp_path / "p.parquet")
    assert answer.code == 0, answer.err
    mine = pl.read_parquet(tmp_path / "p.parquet")
    stored = pl.read_parquet(trained / "predictions.parquet").head(10).drop("part")
    assert mine.columns == [*stored.columns, "flags", "problem"]
    assert mine["prediction"].to_list() == stored["prediction"].to_list()
    for name in stored.columns[3:]:
        np.testing.assert_allclose(mine[name], stored[name], atol=1e-5)


def test_a_missing_column_is_named_and_an_unseen_category_is_reported(
    sidelight, trained, rows, tmp_path
):
    without = [{k: v for k, v in row.items() if k != "depth"} for row in rows[:10]]
    answer = sidelight("predict", trained, write_table(tmp_path / "w.csv", without))
    assert answer.code == 2
    assert "depth" in answer.err
    rows[0]["sensor"] = "never"
    new = write_table(tmp_path / "new.csv", rows[:10])
    answer = sidelight("predict", trained, new, "-o", tmp_path / "p.csv")
    assert answer.code == 0, answer.err
    assert "never seen in training" in answer.out
    assert len(pl.read_csv(tmp_path / "p.csv")) == 10


def test_evaluate_by_subgroup_with_a_picture_and_as_json(
    sidelight, trained, scenes, tmp_path
):
    picture = tmp_path / "matrix.png"
    words = ("evaluate", trained, scenes, "--by", "sensor", "--picture", picture)
    answer = sidelight(*words)
    assert answer.code == 0, answer.err
    assert "balanced accuracy" in answer.out
    assert picture.stat().st_size > 5000
    found = json.loads(sidelight(*words, "--json").out)
    assert set(found["subgroups"]) == {"a", "b", "c"}
    assert sum(part["rows"] for part in found["subgroups"].values()) == found["rows"]


def test_split_column_and_dropped_columns(sidelight, rows, tmp_path):
    for number, row in enumerate(rows):
        row["part"] = ("train", "train", "train", "val", "test", "train")[number % 6]
        row["notes"] = f"text {number % 7}"
    table = write_table(tmp_path / "parts.csv", rows)
    answer = sidelight(
        *("train", table, "--image", "file", "--target", "label", *TINY, "--epochs", 1),
        *("--split-column", "part", "--drop", "notes,sensor", "--name", "r"),
        *("--runs", tmp_path / "runs"),
    )
    assert answer.code == 0, answer.err
    split = pl.read_parquet(tmp_path / "runs" / "r" / "split.parquet")
    assert split["part"].to_list() == [row["part"] for row in rows]
    schema = json.loads((tmp_path / "runs" / "r" / "schema.json").read_text())
    assert "part" not in [c["name"] for c in schema["columns"]]
    assert "sensor" not in [c["name"] for c in schema["columns"]]


@pytest.mark.slow  # the reader has tests of its own
def test_sqlite_with_a_query(sidelight, rows, tmp_path):
    with sqlite3.connect(tmp_path / "scenes.db") as database:
        pl.DataFrame(rows).write_csv(tmp_path / "unused.csv")
        database.execute("create table scenes (file, label, depth real, sensor)")
        database.executemany(
            "insert into scenes values (?, ?, ?, ?)",
            [(r["file"], r["label"], float(r["depth"]), r["sensor"]) for r in rows],
        )
    database.close()
    answer = sidelight(
        *("train", f"sqlite:///{tmp_path / 'scenes.db'}", "--images", tmp_path),
        *("--sql", "select * from scenes", "--image", "file", "--target", "label"),
        *("--epochs", 1, "--name", "r", "--runs", tmp_path / "runs"),
    )
    assert answer.code == 0, answer.err


@pytest.mark.slow  # each fusion has tests of its own
@pytest.mark.parametrize(
    "fusion",
    [
        "none",
        "metadata",
        "channels",
    ],
)
def test_grayscale_pictures_train(sidelight, tmp_path, fusion):
    rows = make_rows(tmp_path, mode="L")
    table = write_table(tmp_path / "grey.csv", rows)
    answer = sidelight(
        *("train", table, "--image", "file", "--target", "label", *TINY, "--epochs", 1),
        *("--fusion", fusion, "--name", "r", "--runs", tmp_path / "runs"),
    )
    assert answer.code == 0, answer.err
    model = keras.saving.load_model(tmp_path / "runs/r/model.keras", compile=False)
    if fusion != "metadata":
        assert model.input["image"].shape == (None, 16, 20, 1)


def test_unusable_rows_are_dropped_counted_and_stored(sidelight, rows, tmp_path):
    (tmp_path / "images" / "004.png").write_text("no picture")
    (tmp_path / "images" / "005.png").write_bytes(
        (tmp_path / "images" / "006.png").read_bytes()[:300]
    )
    table = write_table(tmp_path / "scenes.csv", rows)
    answer = sidelight(
        *("train", table, "--image", "file", "--target", "label", *TINY, "--epochs", 1),
        *("--on-bad", "drop", "--name", "r", "--runs", tmp_path / "runs"),
    )
    assert answer.code == 0, answer.err
    metrics = json.loads((tmp_path / "runs/r/metrics.json").read_text())
    assert sum(metrics["rows"]["dropped"].values()) == 2
    predictions = pl.read_parquet(tmp_path / "runs/r/predictions.parquet")
    assert not {5, 6} & set(predictions["row"])


def test_a_leak_and_a_group_are_warned_of_and_stored(sidelight, rows, tmp_path):
    for number, row in enumerate(rows):
        row["answer"] = {"dark": "x", "grey": "y", "light": "z"}[row["label"]]
        row["patient_id"] = f"p{number // 3}"
    table = write_table(tmp_path / "leak.csv", rows)
    answer = sidelight(
        *("train", table, "--image", "file", "--target", "label", *TINY, "--epochs", 1),
        *("--name", "r", "--runs", tmp_path / "runs"),
    )
    assert answer.code == 0, answer.err
    assert "answer" in answer.err
    assert "--group patient_id" in answer.err
    stored = json.loads((tmp_path / "runs/r/metrics.json").read_text())["warnings"]
    assert any("answer" in text for text in stored)
    assert any("patient_id" in text for text in stored)


def test_interrupted_training_leaves_a_usable_run(
    sidelight, scenes, tmp_path, monkeypatch
):
    from sidelight.training import progress

    def interrupt(self, row):
        if row["epoch"] == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(progress.ProgressBar, "line", interrupt)
    answer = sidelight(
        *(
            "train",
            scenes,
            "--image",
            "file",
            "--target",
            "label",
            *TINY,
            "--epochs",
            5,
        ),
        *("--name", "r", "--runs", tmp_path / "runs"),
    )
    assert answer.code == 130
    assert "usable" in answer.err
    answer = sidelight("predict", tmp_path / "runs/r", scenes, "-o", tmp_path / "p.csv")
    assert answer.code == 0, answer.err


@pytest.mark.slow  # readers and images have tests of their own
@pytest.mark.parametrize(
    "name",
    [
        "two words",
        "Ünï-çödé",
        "line\nbreak",
    ],
)
def test_paths_of_every_kind(sidelight, tmp_path, name):
    folder = tmp_path / name
    rows = make_rows(folder)
    table = write_table(folder / f"{name}.csv", rows)
    answer = sidelight(
        *("train", table, "--image", "file", "--target", "label", *TINY, "--epochs", 1),
        *("--name", "r", "--runs", tmp_path / "runs"),
    )
    assert answer.code == 0, answer.err


@pytest.mark.slow  # each task has tests of its own
def test_binary_and_regression_targets(sidelight, rows, tmp_path):
    for row in rows:
        row["bright"] = "yes" if row["label"] == "light" else "no"
        row["level"] = str(
            {"dark": 40.5, "grey": 120.25, "light": 210.75}[row["label"]]
        )
        row["level"] = f"{float(row['level']) + float(row['depth']) / 100:.4f}"
    table = write_table(tmp_path / "more.csv", rows)
    common = ("--image", "file", *TINY, "--epochs", 1, "--runs", tmp_path / "runs")
    for target, drop in (("bright", "label,level"), ("level", "label,bright")):
        answer = sidelight(
            *("train", table, "--target", target, "--drop", drop, "--name", target),
            *common,
        )
        assert answer.code == 0, answer.err
    binary = json.loads((tmp_path / "runs/bright/metrics.json").read_text())
    assert 0 < binary["val"]["threshold"] < 1
    assert "at_threshold" in binary["test"]
    numbers = json.loads((tmp_path / "runs/level/metrics.json").read_text())
    assert set(numbers["test"]) == {"rows", "mae", "rmse", "r2"}
    predictions = pl.read_parquet(tmp_path / "runs/level/predictions.parquet")
    assert 0 < predictions["prediction"].mean() < 300


def test_lists_and_inspection(sidelight, scenes, trained):
    assert "film" in sidelight("list", "fusions").out
    assert sidelight("list", "fusion").code == 2
    shown = sidelight("inspect", scenes, "--image", "file", "--target", "label").out
    assert "datetime" in shown
    assert "location" in shown
    assert "unit vector" in sidelight("inspect", trained).out


def test_every_python_door_gives_the_command_lines_answers(
    trained, scenes, monkeypatch
):
    loaded = sl.load(trained)
    table = sl.read_table(scenes, image="file", target="label")
    stored = pl.read_parquet(trained / "predictions.parquet")
    probability = loaded.predict_proba(table)
    np.testing.assert_allclose(probability[:, 0], stored["probability_dark"], atol=1e-5)
    assert loaded.predict(table).tolist() == stored["prediction"].to_list()
    assert list(loaded.classes_) == ["dark", "grey", "light"]
    assert 0 <= loaded.score(table) <= 1


def test_an_edited_schema_is_trained_from(sidelight, scenes, tmp_path):
    schema = tmp_path / "schema.json"
    words = ("--image", "file", "--target", "label")
    assert sidelight("inspect", scenes, *words, "--save", schema).code == 0
    edited = json.loads(schema.read_text())
    edited["columns"] = [c for c in edited["columns"] if c["name"] == "depth"]
    edited["columns"][0]["scale"] = "robust"
    schema.write_text(json.dumps(edited))
    train = ("train", scenes, "--schema", schema, "--fusion", "metadata")
    train = (*train, "--epochs", 1, "--name", "r", "--runs", tmp_path / "runs")
    refused = sidelight(*train, "--drop", "depth")
    assert refused.code == 2
    assert "schema" in refused.err
    assert sidelight(*train).code == 0
    assert "over IQR" in sidelight("inspect", tmp_path / "runs" / "r").out


def test_answers_read_cells_as_training_did(sidelight, rows, tmp_path):
    for number, row in enumerate(rows):
        row["depth"] = row["depth"].replace(".", ",") if number % 7 else "none given"
    table = write_table(tmp_path / "comma.csv", rows)
    answer = sidelight(
        *("train", table, "--image", "file", "--target", "label", "--epochs", 1),
        *("--decimal", ",", "--null", "none given", "--fusion", "metadata"),
        *("--drop", "lat,lon", "--name", "r", "--runs", tmp_path / "runs"),
    )
    assert answer.code == 0, answer.err
    run = tmp_path / "runs" / "r"
    assert sidelight("evaluate", run, table).code == 0
    assert sidelight("predict", run, table, "-o", tmp_path / "p.csv").code == 0


@pytest.mark.slow
def test_a_stack_is_a_run_like_any_other(sidelight, scenes, tmp_path):
    answer = sidelight(
        *("train", scenes, "--image", "file", "--target", "label", *TINY),
        *("--fusion", "stack", "--set", "fusion.folds=2", "--epochs", 2),
        *("--name", "s", "--runs", tmp_path / "runs"),
    )
    assert answer.code == 0, answer.err
    assert "metadata, without fold 2 of 2" in answer.err
    run = tmp_path / "runs" / "s"
    assert {path.name for path in run.iterdir()} == FILES
    answer = sidelight("predict", run, scenes, "-o", tmp_path / "p.parquet")
    assert answer.code == 0, answer.err
    mine = pl.read_parquet(tmp_path / "p.parquet")
    stored = pl.read_parquet(run / "predictions.parquet").drop("part")
    for name in stored.columns[3:]:
        np.testing.assert_allclose(mine[name], stored[name], atol=1e-5)
    wrong = ("--fusion", "stack", "--set", 'fusion.members=["none","flim"]')
    answer = sidelight("train", scenes, "--image", "file", "--target", "label", *wrong)
    assert answer.code == 2
    assert "Did you mean 'film'" in answer.err
    assert "combined by a regression" in sidelight("list", "fusions").out
