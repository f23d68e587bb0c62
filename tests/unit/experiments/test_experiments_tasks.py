"""Trees, pools, combiners, answers by row: for labels, orders and several targets."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import log_loss

from sidelight.errors import ConfigError
from sidelight.evaluation import row_scores
from sidelight.experiments._pool import cross_fitted, pool, pool_weights
from sidelight.experiments.compare._arms import Arm
from sidelight.experiments.compare._by_group import gains_by_group
from sidelight.experiments.compare._by_row import answers_by_row
from sidelight.experiments.compare._calibrated import calibration_of
from sidelight.experiments.compare._label_noise import label_noise_of
from sidelight.experiments.compare._leaks import _least
from sidelight.experiments.compare._scores import Scores
from sidelight.experiments.compare._trees import Trees
from sidelight.experiments.compare._unit import Unit
from sidelight.experiments.compare._units import Units
from sidelight.experiments.ensembles.stack import SURE, fit_combiner
from sidelight.experiments.tune._config import metric_for, score_of
from sidelight.readers import read_table
from sidelight.workflow import make_config, prepare_folds
from sidelight.workflow._network import _weight

RNG = np.random.default_rng(0)
ROWS = 240


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(1)
    x, z = rng.normal(size=(2, ROWS))
    tags = [
        ";".join(name for name, there in (("a", a > 0), ("b", b > 0.5)) if there)
        for a, b in zip(x, z, strict=True)
    ]
    return pl.DataFrame(
        {
            "x": x,
            "z": z,
            "tags": tags,
            "grade": np.digitize(x, [-0.6, 0.6]),
            "u": 3 * x + rng.normal(size=ROWS) * 0.1,
            "v": z**2,
            "w": np.where(np.arange(ROWS) % 2, 3.0, 1.0),
        }
    )


def prepared(frame, target, folds=1, **options):
    config = make_config({"network": {"fusion": "metadata"}})
    drop = [n for n in frame.columns if n not in ("x", "z", options.get("weight"))]
    named = [target] if isinstance(target, str) else target
    drop = [name for name in drop if name not in named]
    table = read_table(frame, target=target, drop=drop, **options)
    return prepare_folds(table, config, folds, progress=False)


def test_trees_learn_each_label_by_itself(frame):
    (one,) = prepared(frame, "tags", task="multilabel")
    answers = Trees(one).fit().answers("test")
    truth = one.truth("test")
    assert answers.shape == truth.shape == (len(truth), 2)
    assert ((answers > 0.5) == truth).mean() > 0.9


def test_trees_say_of_a_label_that_training_always_has_that_it_is_there(frame):
    part = ["train"] * 150 + ["val"] * 45 + ["test"] * 45
    tags = ["a;b" if row % 2 else "a" for row in range(150)] + ["b", "a", ""] * 30
    table = frame.with_columns(tags=pl.Series(tags), part=pl.Series(part))
    config = make_config({"split": {"column": "part"}})
    read = read_table(table, target="tags", task="multilabel", drop=["part", "u", "v"])
    (one,) = prepare_folds(read, config, 1, progress=False)
    assert (Trees(one).fit().answers("test")[:, 0] == 1).all()


def test_trees_learn_an_order_and_several_numbers(frame):
    (ordered,) = prepared(frame, "grade", task="ordinal")
    answers = Trees(ordered).fit().answers("test")
    assert answers.shape[1] == 3
    assert (answers.argmax(axis=1) == ordered.truth("test")).mean() > 0.9
    (several,) = prepared(frame, ["u", "v"])
    answers = several.predictor(None).figures(Trees(several).fit().answers("test"))
    truth = several.truth("test")
    assert answers.shape == truth.shape
    assert ((answers - truth) ** 2).mean(axis=0) == pytest.approx(0, abs=1)
    assert (((answers - truth) ** 2).mean(axis=0) < 0.4 * truth.var(axis=0)).all()


def test_what_looks_at_nothing_answers_with_the_share_of_each_label(frame):
    (one,) = prepared(frame, "tags", task="multilabel")
    share = one.truth("train").mean(axis=0)
    truth = one.truth("test")
    expected = row_scores("label_ranking", truth, np.tile(share, (len(truth), 1)))
    assert _least(one, "label_ranking") == pytest.approx(expected.mean())
    (several,) = prepared(frame, ["u", "v"])
    assert _least(several, "r2") == pytest.approx(0, abs=0.2)


def test_a_pool_of_labels_is_better_than_either(frame):
    truth = (RNG.random((400, 3)) < 0.4).astype(np.float64)
    logits = [(2 * truth - 1) + RNG.normal(size=truth.shape) * 2 for _ in range(2)]
    figures = [1 / (1 + np.exp(-one)) for one in logits]
    weights = pool_weights(figures, truth, "multilabel")
    pooled = pool(figures, weights, "multilabel")
    by_hand = 1 / (1 + np.exp(-(weights[0] * logits[0] + weights[1] * logits[1])))
    np.testing.assert_allclose(pooled, by_hand, atol=1e-6)
    losses = [log_loss(truth.ravel(), f.ravel()) for f in (pooled, *figures)]
    assert losses[0] < min(losses[1:])
    crossed = cross_fitted(figures, truth, "multilabel")
    assert log_loss(truth.ravel(), crossed.ravel()) < min(losses[1:])


def test_a_pool_of_several_numbers_weighs_each_target_by_itself():
    figures = [RNG.normal(size=(100, 2)), RNG.normal(size=(100, 2))]
    truth = figures[0] * [2.0, 0.0] + figures[1] * [0.0, -1.0] + [5.0, 7.0]
    weights = pool_weights(figures, truth, "regression")
    np.testing.assert_allclose(weights, [[2, 0], [0, -1], [5, 7]], atol=1e-9)
    np.testing.assert_allclose(pool(figures, weights, "regression"), truth, atol=1e-9)


def test_the_combiner_of_labels_and_of_several_numbers():
    truth = (RNG.random((300, 3)) < 0.5).astype(np.float32)
    truth[:, 2] = 0
    answers = np.concatenate([4 * truth - 2, np.zeros_like(truth)], axis=1)
    answers += RNG.normal(size=answers.shape)
    kernel, bias = fit_combiner(answers, truth, "multilabel")
    assert (kernel.shape, bias.shape) == ((6, 3), (3,))
    assert (((answers @ kernel + bias) > 0) == truth).mean() > 0.95
    assert (kernel[:, 2] == 0).all()
    assert bias[2] == -SURE
    numbers = RNG.normal(size=(200, 2))
    side_by_side = np.concatenate([2 * numbers, RNG.normal(size=(200, 2))], axis=1)
    kernel, bias = fit_combiner(side_by_side, numbers, "regression")
    np.testing.assert_allclose(side_by_side @ kernel + bias, numbers, atol=0.1)


def made_up(folds, right):
    """Return scores of two arms that are right as often as said."""
    units = Units()
    for fold, one in enumerate(folds):
        for arm in (Arm("none", "image", "none"), Arm("film", "fusion", "film")):
            figures = {}
            for part in ("val", "test"):
                truth = one.truth(part)
                is_right = np.random.default_rng(fold).random(len(truth)) < right[
                    arm.name
                ]  # fmt: skip
                figures[part] = np.where(
                    is_right[:, None], 0.1 + 0.8 * truth, 0.9 - 0.8 * truth
                )
            units.add(Unit(arm.name, fold, 0, figures))
    return Scores(units, folds, "label_ranking", make_config({}).split)


def test_the_evidence_about_labels(frame):
    folds = prepared(frame, "tags", folds=3, task="multilabel")
    scores = made_up(folds, {"none": 0.5, "film": 0.97})
    rows = answers_by_row(scores, "film")
    target = folds[0].table.target()
    assert rows["truth"].to_list() == target.to_list()
    same = (rows["fusion"] == rows["truth"]).mean()
    assert same == pytest.approx(0.97, abs=0.03)
    sure = rows.filter(pl.col("fusion") == pl.col("truth"))
    assert sure["fusion_of_truth"].to_numpy() == pytest.approx(0.9)
    assert rows["fusion_confidence"].to_numpy() == pytest.approx(0.9)
    gains = gains_by_group(scores, "film", make_config({}).split)
    assert (gains[0]["column"], gains[0]["metric"]) == ("tags", "label_ranking")
    assert scores.difference("film", "none").mean > 0
    noise = label_noise_of(scores, "film")
    wrong = rows.filter(pl.col("fusion") != pl.col("truth"))["row"]
    assert set(noise["row"]) <= set(wrong)
    assert set(noise["given"]) <= {"a", "not a", "b", "not b"}
    assert calibration_of(scores, "film") == {}


def test_weights_of_rows_and_of_classes_multiply(frame):
    (one,) = prepared(frame, "grade", task="ordinal", weight="w")
    rows = one.table.take(one.split, "train")
    alone = _weight(one, make_config({}).train)
    expected = rows.weights() / rows.weights().mean()
    np.testing.assert_allclose(alone, expected, rtol=1e-6)
    both = _weight(one, make_config({"train": {"class_weight": "balanced"}}).train)
    assert both.mean() == pytest.approx(1)
    grade = one.truth("train")
    sums = [both[grade == rank].sum() for rank in range(3)]
    assert sums == pytest.approx([sums[0]] * 3, rel=1e-5)
    ratio = both[rows.weights() == 3][0] / both[rows.weights() == 1][0]
    same = grade[rows.weights() == 3][0] == grade[rows.weights() == 1][0]
    assert not same or ratio == pytest.approx(3)


def test_rows_of_numbers_have_no_class_to_be_weighed_by(frame):
    (one,) = prepared(frame, "x", task="regression")
    config = make_config({"train": {"class_weight": "balanced"}}).train
    with pytest.raises(ConfigError, match="for classes, not for numbers"):
        _weight(one, config)


def test_a_search_has_a_metric_for_each_task():
    order = np.array([0, 1, 2, 1])
    assert metric_for(None, "ordinal", order) == "rank_mae"
    assert metric_for("accuracy", "ordinal", order) == "accuracy"
    assert score_of("rank_mae", {"rank_mae": 0.5}) == -0.5
    with pytest.raises(ValueError, match="Choose from label_ranking"):
        metric_for("accuracy", "multilabel", np.eye(2))
