"""Rows of several pictures, from a table to answers: lists, and several columns."""

from __future__ import annotations

import functools
import json

import numpy as np
import polars as pl
import pytest

import sidelight as sl
from sidelight.errors import DataWarning
from sidelight.workflow import make_config, prepare
from tests.end_to_end.conftest import make_rows, write_table

TINY = ("--set", "backbone.widths=[8]")


def listed(rows):
    """Return a third of the rows, each with one to three pictures of its label."""
    by_label = {}
    for row in rows:
        by_label.setdefault(row["label"], []).append(row)
    merged = []
    for same in by_label.values():
        left = list(same)
        while left:
            size = min(1 + len(merged) % 3, len(left))
            group, left = left[:size], left[size:]
            merged.append({**group[0], "file": ";".join(r["file"] for r in group)})
    return merged


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("several")


@pytest.fixture
def run(sidelight, folder):
    """Train one run on lists for all tests of this file; return its folder."""
    made = folder / "runs" / "lists"
    if not made.exists():
        scenes = write_table(folder / "scenes.csv", listed(make_rows(folder)))
        answer = sidelight(
            *("train", scenes, "--image", "file", "--target", "label", *TINY),
            *("--epochs", 1, "--pool", "attention", "--max-pictures", 4),
            *("--set", "augment.modality_dropout=0.3"),
            *("--runs", folder / "runs", "--name", "lists"),
        )
        assert answer.code == 0, answer.err
    return made


@functools.cache
def load(run):
    return sl.load(run).predictor_


@pytest.fixture
def predictor(run):
    return load(run)


def test_what_a_row_may_have_is_kept_with_the_run(run, predictor):
    schema = json.loads((run / "schema.json").read_text())
    assert (schema["image"], schema["max_pictures"]) == ("file", 4)
    network = predictor.network
    assert network.input["image"].shape[1] == 4
    assert type(network.get_layer("pool_pictures")).__name__ == "AttendPictures"
    found = pl.read_parquet(run / "predictions.parquet")
    assert found["file"].str.contains(";").any()


def test_new_rows_in_text_and_in_lists_get_the_same_answers(
    sidelight, run, predictor, tmp_path
):
    rows = listed(make_rows(run.parent.parent))[:5]
    new = write_table(tmp_path / "new.csv", rows)
    answer = sidelight(
        "predict", run, new, "-o", tmp_path / "p.csv", "--images", run.parent.parent
    )
    assert answer.code == 0, answer.err
    text = pl.read_csv(tmp_path / "p.csv")
    assert text["file"].to_list() == [row["file"] for row in rows]
    frame = pl.read_csv(new).with_columns(pl.col("file").str.split(";"))
    table = predictor.read(frame, images=run.parent.parent)
    np.testing.assert_allclose(
        predictor.predict_proba(table),
        text.select("^probability_.*$").to_numpy(),
        atol=1e-5,
    )


def test_a_row_with_more_pictures_than_the_model_takes_is_refused(
    sidelight, run, tmp_path
):
    rows = listed(make_rows(run.parent.parent))[:3]
    rows[1]["file"] = ";".join(f"images/{i:03d}.png" for i in range(40, 45))
    new = write_table(tmp_path / "new.csv", rows)
    places = ["--images", run.parent.parent, "-o", tmp_path / "p.csv"]
    answer = sidelight("predict", run, new, *places, "--strict")
    assert answer.code == 2
    assert "1 row names more than 4 pictures (row 2" in answer.err


def test_without_its_pictures_a_row_is_answered_by_its_metadata(
    sidelight, run, predictor
):
    rows = listed(make_rows(run.parent.parent))[:4]
    root = run.parent.parent
    none = pl.DataFrame(rows).with_columns(file=pl.lit(""))
    blind = predictor.predict_proba(predictor.read(none, images=root))
    table = predictor.read(pl.DataFrame(rows), images=root)
    source = predictor.without(predictor.source(table), "image")
    np.testing.assert_allclose(predictor.answers(source), blind, atol=1e-6)
    answer = sidelight(
        "evaluate", run, root / "scenes.csv", "--without", "image", "--json"
    )
    assert answer.code == 0, answer.err
    assert "image" in json.loads(answer.out)["without"]


def test_the_report_and_inspect_show_first_pictures_and_columns(sidelight, run):
    answer = sidelight("report", run)
    assert answer.code == 0, answer.err
    page = (run / "report.html").read_text()
    assert "data:image/jpeg" in page
    assert "no longer there" not in page
    scenes = run.parent.parent / "scenes.csv"
    answer = sidelight("inspect", scenes, "--image", "file", "--json")
    columns = {row["name"]: row["kind"] for row in json.loads(answer.out)}
    assert columns["file"] == "image"


def two_columns(folder):
    rows = make_rows(folder)
    return pl.DataFrame(
        [{**a, "other": b["file"]} for a, b in zip(rows[::2], rows[1::2], strict=True)]
    )


def test_data_sets_hold_the_pictures_of_several_columns(tmp_path):
    table = sl.read_table(
        two_columns(tmp_path),
        image=["file", "other"],
        target="label",
        images=tmp_path,
    )
    train, _, _ = sl.make_datasets(table, batch_size=4, cache=tmp_path / "cache")
    inputs, _ = next(iter(train))
    assert inputs["image"].shape == (4, 2, 16, 20, 3)
    assert inputs["pictures"].numpy().min() == 1


@pytest.mark.slow
def test_an_estimator_takes_several_columns_in_any_order(tmp_path):
    frame = two_columns(tmp_path)
    model = sl.Classifier(
        image=["file", "other"],
        target="label",
        images=tmp_path,
        epochs=1,
        options={
            "network": {"backbone_options": {"widths": [8, 8]}, "pool": "max"},
            "image": {"cache": str(tmp_path / "cache")},
        },
    )
    model.fit(frame)
    loaded = sl.load(model.save(tmp_path / "run"))
    loaded.images = tmp_path
    swapped = frame.rename({"file": "other", "other": "file"})
    first, second = (loaded.predict_proba(t) for t in (frame, swapped))
    np.testing.assert_allclose(first, second, atol=1e-5)


def test_shuffled_pictures_keep_their_marks(tmp_path):
    from sidelight.experiments.compare._arms import Arm
    from sidelight.experiments.compare._unit import shuffled

    frame = two_columns(tmp_path).with_columns(
        other=pl.when(pl.int_range(pl.len()) % 2 == 0).then("other")
    )
    with pytest.warns(DataWarning, match="12 pictures are in"):
        table = sl.read_table(
            frame, image="file,other", target="label", images=tmp_path
        )
    config = make_config({"image": {"cache": str(tmp_path / "cache")}})
    prepared = prepare(table, config, progress=False)
    arm = Arm("images shuffled", "control", fusion="film", shuffled="images")
    mixed = shuffled(prepared, arm, 0).images
    absent = mixed.there[:, 1] == 0
    assert 0 < absent.sum() < len(absent)
    np.testing.assert_array_equal(mixed.slots[:, 0] == mixed.slots[:, 1], absent)


@pytest.mark.slow
@pytest.mark.parametrize("pool", ["mean", "max", "attention"])
def test_one_bright_picture_among_dark_ones_is_found(tmp_path, pool):
    rows = make_rows(tmp_path, num_rows=360)
    dark = [r["file"] for r in rows if r["label"] == "dark"]
    bright = [r["file"] for r in rows if r["label"] == "light"]
    rng = np.random.default_rng(0)
    frame = []
    for number in range(60):
        files = [dark.pop() for _ in range(1 + number % 3)]
        if number % 2:
            files[rng.integers(len(files))] = bright.pop()
        frame.append(
            {"file": files, "label": ("no", "yes")[number % 2], "x": rng.normal()}
        )
    model = sl.Classifier(
        image="file",
        target="label",
        images=tmp_path,
        epochs=25,
        options={
            "network": {"backbone_options": {"widths": [8, 16]}, "pool": pool},
            "image": {"cache": str(tmp_path / "cache")},
        },
    )
    table = pl.DataFrame(frame)
    for row in rows:
        if row["file"] not in set(table["file"].explode()):
            (tmp_path / row["file"]).unlink()
    model.fit(table)
    assert model.score(table) > 0.9
