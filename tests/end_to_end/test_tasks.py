"""Every task from the command line: trained, scored, predicted, and its page."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

import sidelight as sl
from tests.end_to_end.conftest import make_rows, write_table

RANK = {"dark": 0, "grey": 1, "light": 2}
QUICK = [
    *("--image", "file", "--backbone", "small", "--set", "backbone.widths=[4]"),
    *("--fusion", "concat", "--epochs", 1, "--size", 16, "--name", "run"),
    *("--drop", "label,lat,lon,taken,sensor"),
]


@pytest.fixture
def scenes(tmp_path):
    """Return a table with a target of every sort; brightness tells all of them."""
    rng = np.random.default_rng(1)
    rows = []
    for number, row in enumerate(make_rows(tmp_path)):
        rank = RANK[row["label"]]
        tags = [*(["bright"] if rank == 2 else []), *(["odd"] if number % 2 else [])]
        targets = {
            "grade": ("low", "mid", "high")[rank],
            "tags": ";".join(tags),
            "height": f"{rank + 1 + rng.normal(0, 0.1):.3f}",
            "mass": f"{np.exp(3 * rank):.3f}",
            "weight": str(1 + number % 3),
        }
        rows.append({**row, **targets})
    return write_table(tmp_path / "scenes.csv", rows)


CASES = {
    "ordinal": (
        ["--target", "grade", "--task", "ordinal", "--classes", "low,mid,high"],
        {"rank_mae", "quadratic_kappa", "accuracy"},
    ),
    "multilabel": (
        ["--target", "tags", "--task", "multilabel", "--loss", "focal"],
        {"mean_average_precision", "micro_f1", "hamming_loss", "exact_match"},
    ),
    "regression": (
        ["--target", "height,mass", "--log-target", "--weight", "weight"],
        {"mae", "rmse", "r2", "per_target"},
    ),
}
TARGETS = ["grade", "tags", "height", "mass", "weight"]


@pytest.mark.parametrize(
    "task",
    [
        "ordinal",
        pytest.param("multilabel", marks=pytest.mark.slow),
        pytest.param("regression", marks=pytest.mark.slow),
    ],
)
def test_a_task_from_table_to_page(sidelight, scenes, tmp_path, monkeypatch, task):
    monkeypatch.chdir(tmp_path)
    options, scores = CASES[task]
    used = {name for word in options for name in str(word).split(",")}
    drop = ",".join(name for name in TARGETS if name not in used)
    done = sidelight("train", scenes, *QUICK, *options, "--drop", drop, "--json")
    assert done.code == 0, done.err
    assert scores <= set(json.loads(done.out)["test"])

    scored = sidelight("evaluate", "runs/run", scenes, "--json")
    assert scored.code == 0, scored.err
    found = json.loads(scored.out)
    assert found["rows"] == 48
    assert ("label_noise" in found) == (task != "regression")
    assert (tmp_path / "runs/run/label_noise.csv").exists() == (task != "regression")

    told = sidelight("predict", "runs/run", scenes, "--output", "answers.csv")
    assert told.code == 0, told.err
    answers = pl.read_csv("answers.csv")
    assert answers.columns[-2:] == ["flags", "problem"]
    assert answers["problem"].null_count() == 48
    if task == "regression":
        assert answers.columns[2:-2] == ["prediction_height", "prediction_mass"]
        assert (answers["prediction_mass"] >= 0).all()
        assert set(found["per_target"]) == {"height", "mass"}
    elif task == "multilabel":
        assert answers.columns[2:-2] == [
            "prediction",
            "probability_bright",
            "probability_odd",
        ]
        words = answers["prediction"].fill_null("").str.split(";").explode()
        assert set(words) <= {"bright", "odd", ""}
    else:
        probability = answers.select(
            [f"probability_{name}" for name in ("low", "mid", "high")]
        ).to_numpy()
        np.testing.assert_allclose(probability.sum(axis=1), 1, atol=1e-5)
        assert set(answers["prediction"]) <= {"low", "mid", "high"}

    written = sidelight("report", "runs/run")
    assert written.code == 0, written.err
    page = (tmp_path / "runs/run/report.html").read_text(encoding="utf-8")
    assert ("Labels that look wrong" in page) == (task != "regression")

    loaded = sl.load("runs/run")
    answered = loaded.predict(pl.read_csv(scenes).drop(*used & set(TARGETS)))
    assert len(answered) == 48
    kind = sl.Regressor if task == "regression" else sl.Classifier
    assert isinstance(loaded, kind)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--target", "grade", "--task", "ordinal"], "--classes high,low,mid"),
        (["--target", "height", "--loss", "focal"], "not for numbers"),
        (
            ["--target", "tags", "--task", "multilabel", "--class-weight", "balanced"],
            "--loss focal",
        ),
    ],
)
def test_what_does_not_fit_a_task_is_refused(
    sidelight, scenes, monkeypatch, options, words
):
    monkeypatch.chdir(scenes.parent)
    refused = sidelight("train", scenes, *QUICK, *options)
    assert refused.code == 2
    assert words in refused.err
    assert not (scenes.parent / "runs").exists()


def test_several_targets_are_compared_one_by_one(sidelight, scenes):
    words = [str(w) for w in QUICK if w not in ("--fusion", "concat")]
    refused = sidelight("compare", scenes, *words, "--target", "height,mass")
    assert refused.code == 2
    assert "one by one" in refused.err
