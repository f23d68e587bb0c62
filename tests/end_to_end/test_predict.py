"""`sidelight predict`: every row is accounted for, in a run's answers and a file's."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from sidelight.workflow import _predict, predict_table
from tests.end_to_end.conftest import make_rows, type_in, write_table

PROBABILITIES = [f"probability_{name}" for name in ("dark", "grey", "light")]
SMALL = 10  # rows of a part


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with pictures, a table, a run and a file of it."""
    folder = tmp_path_factory.mktemp("predict")
    rows = make_rows(folder)
    for number, row in enumerate(rows):
        row["note"] = "" if number % 7 == 0 else str(number % 11)
    write_table(folder / "scenes.csv", rows)
    train = ["train", "scenes.csv", "--image", "file", "--target", "label"]
    train += ["--backbone", "small", "--epochs", "1", "--size", "16x18"]
    train += ["--name", "done"]
    type_in(folder, *train)
    type_in(folder, "export", "runs/done", "--to", "onnx", "-o", "m.onnx")
    return folder


@pytest.fixture
def here(home, monkeypatch):
    """The same folder as the place where commands are typed."""
    monkeypatch.chdir(home)
    return home


@pytest.fixture
def new_rows(here):
    """Rows as the table of the training has them."""
    return make_rows(here, 24)


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(_predict, "LARGEST_PART", SMALL)


@pytest.mark.parametrize(
    ("side", "batch_size", "rows"),
    [(128, 64, 640), (128, 1, 682), (128, 683, 682), (2048, 64, 2), (9000, 64, 1)],
)
def test_a_part_has_whole_batches_where_it_has_several(side, batch_size, rows):
    rule = SimpleNamespace(height=side, width=side, bands=3, dtype=np.dtype("uint8"))
    schema = SimpleNamespace(num_pictures=1)
    predictor = SimpleNamespace(uses_image=True, rule=rule, schema=schema)
    assert _predict._part_rows(predictor, batch_size) == rows


def spoil(rows):
    """Give one row each a fault, and return what is said of them by row number."""
    faults = {
        2: ("file", "images/none.png", "images/none.png"),
        4: ("file", "", "file: no picture named"),
        6: ("file", "images/cut.png", "images/cut.png"),
        8: ("depth", "deep", "depth: "),
        10: ("taken", "last Tuesday", "taken: "),
        12: ("lat", "97.5", "lat"),
    }
    for number, (column, cell, _) in faults.items():
        rows[number - 1][column] = cell
    return {number: said for number, (_, _, said) in faults.items()}


def cut_picture(folder):
    whole = (folder / "images/003.png").read_bytes()
    (folder / "images/cut.png").write_bytes(whole[: len(whole) // 2])


def rows_with_notes(rows):
    return [{**row, "note": "3"} for row in rows]


@pytest.mark.parametrize("model", ["runs/done", "m.onnx"])
def test_a_bad_row_is_reported_and_stops_no_other(
    here, new_rows, sidelight, tmp_path, small_parts, model
):
    clean = write_table(here / "clean.csv", rows_with_notes(new_rows))
    words = ("--images", here, "--json", "-o")
    told = sidelight("predict", model, clean, *words, tmp_path / "clean.parquet")
    assert told.code == 0, told.err
    assert json.loads(told.out)["problems"] == {}
    wanted = pl.read_parquet(tmp_path / "clean.parquet")

    faults = spoil(new_rows)
    cut_picture(here)
    bad = write_table(here / "bad.csv", rows_with_notes(new_rows))
    told = sidelight("predict", model, bad, *words, tmp_path / "bad.parquet")
    assert told.code == 0, told.err
    said = json.loads(told.out)
    assert said["rows"] == 24
    assert said["answered"] == 24 - len(faults)
    assert sum(said["problems"].values()) == len(faults)
    found = pl.read_parquet(tmp_path / "bad.parquet")
    assert found["row"].to_list() == list(range(1, 25))
    assert found.columns == wanted.columns
    for row, problem in zip(found["row"], found["problem"], strict=True):
        assert (problem is not None) == (row in faults), (row, problem)
        if row in faults:
            assert faults[row] in problem
    empty = found.filter(pl.col("problem").is_not_null())
    assert empty.select("prediction", *PROBABILITIES).null_count().row(0) == (6,) * 4
    kept = found.filter(pl.col("problem").is_null())
    same = wanted.filter(pl.col("row").is_in(kept["row"].to_list()))
    assert kept["prediction"].equals(same["prediction"])
    np.testing.assert_allclose(
        kept.select(PROBABILITIES), same.select(PROBABILITIES), atol=1e-5
    )


def test_a_run_and_its_file_answer_and_flag_alike(
    here, new_rows, sidelight, tmp_path, small_parts
):
    rows = rows_with_notes(new_rows)
    rows[0]["sensor"] = "never"
    rows[3]["depth"] = "900"
    rows[5]["depth"] = rows[7]["taken"] = rows[9]["note"] = rows[11]["sensor"] = ""
    table = write_table(here / "flags.csv", rows)
    frames = []
    for model, output in (("runs/done", "run.csv"), ("m.onnx", "file.csv")):
        told = sidelight(
            "predict", model, table, "--images", here, "-o", tmp_path / output
        )
        assert told.code == 0, told.err
        assert "1 flagged: sensor never seen in training" in told.out
        frames.append(pl.read_csv(tmp_path / output))
    run, file = frames
    assert file.drop(PROBABILITIES).equals(run.drop(PROBABILITIES))
    # The file resizes with arithmetic of its own: 1 of 255 may differ, as printed.
    np.testing.assert_allclose(
        file.select(PROBABILITIES), run.select(PROBABILITIES), atol=1e-2
    )
    flagged = dict(zip(run["row"], run["flags"], strict=True))
    assert "sensor" in flagged[1]
    assert "depth" in flagged[4]


def test_rows_may_share_a_picture_to_ask_what_if(here, new_rows, sidelight, tmp_path):
    rows = rows_with_notes(new_rows[:1] * 3)
    for row, depth in zip(rows, ("2", "9", "20"), strict=True):
        row["depth"] = depth
    told = sidelight(
        *("predict", "runs/done", write_table(here / "if.csv", rows), "--strict"),
        *("-o", tmp_path / "p.csv"),
    )
    assert told.code == 0, told.err
    assert pl.read_csv(tmp_path / "p.csv")["probability_dark"].n_unique() == 3


def test_strict_stops_at_the_first_bad_row_and_leaves_no_file(
    here, new_rows, sidelight, tmp_path
):
    out = tmp_path / "p.csv"
    for number, (column, cell) in {
        3: ("depth", "deep"),
        7: ("file", "images/none.png"),
    }.items():
        rows = [dict(row) for row in rows_with_notes(new_rows)]
        rows[number - 1][column] = cell
        table = write_table(here / "strict.csv", rows)
        told = sidelight("predict", "runs/done", table, "--strict", "-o", out)
        assert told.code == 2
        assert f"row {number}" in told.err
        assert column in told.err
        assert not out.exists()


def test_an_interrupted_command_goes_on_where_it_was(
    here, new_rows, sidelight, tmp_path, small_parts, monkeypatch
):
    table = write_table(here / "long.csv", rows_with_notes(new_rows))
    words = ("predict", "runs/done", table, "--images", here, "-o")
    assert sidelight(*words, tmp_path / "whole.csv").code == 0

    whole = _predict.outcomes
    asked = []

    def interrupted(predictor, part, *rest):
        asked.append(part.rows[0])
        if len(asked) == 3:
            raise KeyboardInterrupt
        return whole(predictor, part, *rest)

    monkeypatch.setattr(_predict, "outcomes", interrupted)
    told = sidelight(*words, tmp_path / "cut.csv")
    assert told.code == 130
    assert "interrupted; 20 rows are kept, the same command goes on" in told.err
    assert not (tmp_path / "cut.csv").exists()
    told = sidelight(*words, tmp_path / "cut.csv", "--json")
    assert told.code == 0, told.err
    assert json.loads(told.out)["answered_before"] == 20
    assert asked == [1, 11, 21, 21]
    assert (tmp_path / "cut.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert not list(tmp_path.glob(".cut*"))


@pytest.mark.parametrize("changed", ["table", "model"])
def test_what_was_left_of_another_table_or_model_is_not_used(
    here, new_rows, tmp_path, small_parts, monkeypatch, changed, sidelight
):
    rows = rows_with_notes(new_rows)
    table = write_table(here / "other.csv", rows)
    model = tmp_path / "run"
    shutil.copytree(here / "runs/done", model)

    def stop(done, _total):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        predict_table(model, table, tmp_path / "p.csv", images=here, advance=stop)
    if changed == "table":
        rows[0]["depth"] = "3.25"
        write_table(table, rows)
    else:
        state = json.loads((model / "preprocessor.json").read_text())
        (model / "preprocessor.json").write_text(json.dumps(state, indent=5))
    told = sidelight(
        "predict", model, table, "--images", here, "-o", tmp_path / "p.csv"
    )
    assert told.code == 0, told.err
    assert "begun anew: what was left was of another table or model" in told.out
    assert pl.read_csv(tmp_path / "p.csv").height == 24


def test_no_rows_are_refused_and_no_answer_is_exit_code_1(
    here, new_rows, sidelight, tmp_path
):
    rows = rows_with_notes(new_rows)[:3]
    header = write_table(here / "none.csv", rows).read_text().splitlines()[0]
    (here / "none.csv").write_text(header + "\n")
    told = sidelight("predict", "runs/done", "none.csv", "-o", tmp_path / "p.csv")
    assert told.code == 2
    assert "none.csv: there are columns but no rows" in told.err
    for row in rows:
        row["file"] = "images/none.png"
    table = write_table(here / "lost.csv", rows)
    told = sidelight("predict", "runs/done", table, "-o", tmp_path / "lost.csv")
    assert told.code == 1
    assert "0 of 3 rows answered" in told.out
    assert pl.read_csv(tmp_path / "lost.csv")["problem"].null_count() == 0


def test_what_is_no_model_is_refused(here, sidelight, tmp_path):
    (tmp_path / "text.onnx").write_text("no model")
    for model, said in (
        (tmp_path / "text.onnx", "text.onnx"),
        (tmp_path / "lost.onnx", "lost.onnx"),
        ("runs/lost", "runs/lost"),
    ):
        told = sidelight("predict", model, "scenes.csv", "-o", tmp_path / "p.csv")
        assert told.code == 2
        assert said in told.err
        assert not (tmp_path / "p.csv").exists()
