"""Encoders chosen on the command line, from the table to an answer."""

from __future__ import annotations

import keras
import polars as pl
import pytest
import yaml

import sidelight as sl
from tests.end_to_end.conftest import write_table

CHOSEN = {
    "location": "spherical",
    "depth": "piecewise",
    "categorical": "embedding",
    "taken": "harmonics",
}


@pytest.fixture
def tagged(tmp_path, rows):
    words = ("sea;ice", "sea|land", "ice", "")
    tagged = [{**row, "tags": words[i % 4]} for i, row in enumerate(rows)]
    return write_table(tmp_path / "tagged.csv", tagged)


def train(sidelight, table, tmp_path, *more):
    return sidelight(
        *("train", table, "--target", "label", "--drop", "file", "--fusion"),
        *("metadata", "--epochs", 1, "--name", "r", "--runs", tmp_path / "runs"),
        *more,
    )


@pytest.mark.slow
def test_a_run_with_other_encoders_trains_answers_and_repeats(
    sidelight, tagged, tmp_path
):
    settings = [f"encoder.{column}={name}" for column, name in CHOSEN.items()]
    settings += ["encoder.location.degrees=4", "encoder.depth.bins=5"]
    words = [word for text in settings for word in ("--set", text)]
    answer = train(sidelight, tagged, tmp_path, "--kind", "tags=multi_hot", *words)
    assert answer.code == 0, answer.err
    run = tmp_path / "runs" / "r"
    network = yaml.safe_load((run / "config.yaml").read_text())["network"]
    assert network["encoders"] == CHOSEN
    assert network["encoder_options"] == {
        "location": {"degrees": 4},
        "depth": {"bins": 5},
    }
    model = keras.saving.load_model(run / "model.keras", compile=False, safe_mode=True)
    names = {layer.name for layer in model.layers}
    assert {"encoder_spherical_0", "encoder_piecewise", "encoder_embedding"} <= names
    stored = pl.read_parquet(run / "predictions.parquet")
    again = sl.load(run).predict(str(tagged))
    assert list(again) == stored.sort("row")["prediction"].to_list()
    inspected = sidelight("inspect", run)
    assert "3 words, 0 or 1 each" in inspected.out


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("encoder.location=sphericl", ["'sphericl'", "Did you mean 'spherical'"]),
        ("encoder.lat=grid", ["'lat'", "Did you mean 'location'"]),
        ("encoder.depth=grid", ["'depth'", "takes location columns"]),
        ("encoder.location.scale=3", ["'scale'", "Did you mean 'scales'"]),
    ],
)
def test_what_cannot_be_encoded_so_is_said(sidelight, tagged, tmp_path, setting, words):
    answer = train(sidelight, tagged, tmp_path, "--set", setting)
    assert answer.code == 2
    for word in words:
        assert word in answer.err
    assert not (tmp_path / "runs" / "r").exists()
