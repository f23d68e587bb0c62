"""What a page stands on, against figures computed otherwise."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from sidelight.experiments.compare import _by_group
from sidelight.experiments.compare._arms import arms_of
from sidelight.experiments.compare._by_epoch import learning_curves
from sidelight.experiments.compare._by_group import gains_by_group
from sidelight.experiments.compare._by_row import answers_by_row
from sidelight.experiments.compare._calibrated import calibration_of
from sidelight.experiments.compare._unit import Unit
from sidelight.experiments.compare._units import Units
from sidelight.splits import SplitConfig

SHARES = {a.name: 0.6 for a in arms_of(("film", "concat"))} | {"film": 0.9}


@pytest.fixture
def scores(made_up):
    return made_up(SHARES, num_rows=600, num_folds=3, seeds=2).scores


def rights(scores, arm):
    """Return the mean over seeds of whether each row is answered right."""
    table = scores.folds[0].table
    right = np.full(len(table), np.nan)
    for fold in range(3):
        rows = scores.folds[fold].split.indices("test")
        truth = scores.truth(fold, "test")
        of = [scores.units.finished[arm, fold, s].figures["test"] for s in range(2)]
        right[rows] = np.mean([f.argmax(axis=1) == truth for f in of], axis=0)
    return right


def test_gains_of_classes_and_quarters_are_means_over_their_rows(scores):
    image, film = rights(scores, "none"), rights(scores, "film")
    frame = scores.folds[0].table.frame
    found = gains_by_group(scores, "film", SplitConfig())
    assert [(c["column"], c["kind"], c["metric"]) for c in found] == [
        ("y", "target", "accuracy"),
        ("tells", "numeric", "accuracy"),
        ("noise", "numeric", "accuracy"),
    ]
    for group in found[0]["groups"]:
        of = (frame["y"] == group["value"]).to_numpy()
        assert group["rows"] == of.sum()
        assert group["image_only"] == pytest.approx(image[of].mean())
        assert group["fusion"] == pytest.approx(film[of].mean())
        assert group["gain"]["mean"] == pytest.approx((film - image)[of].mean())
        assert group["gain"]["low"] < group["gain"]["mean"] < group["gain"]["high"]
        assert group["small"] is False
    assert [len(c["groups"]) for c in found] == [3, 4, 4]
    assert all(c["hidden"] == 0 for c in found)
    total = sum(g["gain"]["mean"] * g["rows"] for g in found[2]["groups"])
    assert total / 600 == pytest.approx(scores.difference("film", "none").mean)


def test_classes_with_numbers_for_names_are_not_put_into_quarters(scores, monkeypatch):
    codes = pl.Series("y", [str(row % 15) for row in range(600)])
    columns = [("y", "target", codes), ("site", "categorical", codes)]
    monkeypatch.setattr(_by_group, "_columns", lambda *_: columns)
    target, site = gains_by_group(scores, "film", SplitConfig())
    assert [group["value"] for group in target["groups"]] == list(map(str, range(15)))
    assert len(site["groups"]) == 4


def test_differences_are_those_of_one_selection_at_a_time(scores):
    first = np.arange(600) < 200
    both = scores.differences("film", "none", [first, ~first])
    assert both == [scores.difference("film", "none", keep=k) for k in (first, ~first)]


def test_answers_stand_beside_the_rows_of_the_table(scores):
    frame = answers_by_row(scores, "film")
    table = scores.folds[0].table
    assert frame["row"].to_list() == table.rows.tolist()
    assert frame["truth"].to_list() == table.frame["y"].to_list()
    assert frame["picture"].null_count() == 600
    for fold in range(3):
        rows = scores.folds[fold].split.indices("test")
        assert frame["fold"].to_numpy()[rows].tolist() == [fold] * len(rows)
        mean = np.mean(
            [scores.units.finished["film", fold, s].figures["test"] for s in range(2)],
            axis=0,
        )
        at = frame[rows]
        np.testing.assert_allclose(at["fusion_probability"].to_numpy(), mean, rtol=1e-6)
        np.testing.assert_allclose(at["fusion_confidence"].to_numpy(), mean.max(axis=1))
        classes = np.array(scores.folds[0].preprocessor.classes)
        assert at["fusion"].to_list() == classes[mean.argmax(axis=1)].tolist()
        truth = scores.truth(fold, "test")
        of_truth = mean[np.arange(len(rows)), truth]
        np.testing.assert_allclose(at["fusion_of_truth"].to_numpy(), of_truth)


def test_rows_of_folds_that_were_not_run_have_no_answer(scores):
    for key in list(scores.units.finished):
        if key[1] == 2:
            del scores.units.finished[key]
    frame = answers_by_row(scores, "film")
    rows = scores.folds[2].split.indices("test")
    absent = np.isin(np.arange(600), rows)
    for name in ("fold", "fusion", "image_only_confidence", "fusion_probability"):
        assert (frame[name].is_null().to_numpy() == absent).all(), name
    found = gains_by_group(scores, "film", SplitConfig())
    assert sum(g["rows"] for g in found[0]["groups"]) == 600 - len(rows)


def test_calibration_is_that_of_every_training(scores):
    found = calibration_of(scores, "film")
    assert len(found["temperatures"]) == 6
    assert sum(b["rows"] for b in found["before"]["bins"]) == 1200
    # Every answer says 80 % and 90 % are right: scaling makes them surer.
    assert found["before"]["bins"][0]["confidence"] == pytest.approx(0.8)
    assert max(found["temperatures"]) < 1
    assert found["after"]["error"] < found["before"]["error"]
    assert found["after"]["log_loss"] < found["before"]["log_loss"]


def test_curves_are_means_and_ranges_of_what_there_is():
    def unit(arm, seed, *losses):
        history = [
            {"epoch": i + 1, "loss": v, "seconds": 9.0} for i, v in enumerate(losses)
        ]
        return Unit(arm, 0, seed, history=history)

    units = Units()
    for one in (unit("film", 0, 3.0, 2.0), unit("film", 1, 5.0), unit("trees", 0)):
        units.add(one)
    assert learning_curves(units) == [
        {
            "arm": "film",
            "trainings": 2,
            "figures": {
                "loss": {"mean": [4.0, 2.0], "low": [3.0, 2.0], "high": [5.0, 2.0]}
            },
        }
    ]
