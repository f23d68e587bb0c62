"""The plain mean over rows is the metric, whatever the answers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import metrics

from sidelight.errors import InputError, UnknownNameError
from sidelight.evaluation import METRICS, evaluate, primary_metric, row_scores

TRUTH = np.array([0, 0, 0, 1])
PROBABILITY = np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8], [0.25, 0.75]])


@pytest.mark.parametrize(
    ("metric", "by_hand"),
    [
        ("accuracy", [1, 1, 0, 1]),
        # 4 rows / (2 classes * 3 or 1 rows)
        ("balanced_accuracy", [2 / 3, 2 / 3, 0, 2]),
        ("log_loss", np.log([0.9, 0.5, 0.2, 0.75])),
    ],
)
def test_classes_by_hand(metric, by_hand):
    assert row_scores(metric, TRUTH, PROBABILITY) == pytest.approx(np.array(by_hand))


def test_numbers_by_hand():
    truth, answers = np.array([1.0, 3.0, 5.0]), np.array([1.0, 1.0, 8.0])
    assert row_scores("mae", truth, answers).tolist() == [0, -2, -3]
    # The variance of the truth is 8 / 3.
    assert row_scores("r2", truth, answers) == pytest.approx(
        np.array([1, 1 - 4 * 3 / 8, 1 - 9 * 3 / 8])
    )


@st.composite
def answers(draw):
    """Truth and probabilities: some are zero, classes may be absent."""
    num_classes = draw(st.integers(2, 5))
    classes = st.integers(0, num_classes - 1)
    truth = draw(hnp.arrays(np.int64, st.integers(1, 40), elements=classes))
    shape = (len(truth), num_classes)
    weights = draw(hnp.arrays(np.int64, shape, elements=st.integers(0, 4)))
    weights = weights + (weights.sum(axis=1, keepdims=True) == 0)
    kind = draw(st.sampled_from([np.float32, np.float64]))
    return truth, (weights / weights.sum(axis=1, keepdims=True)).astype(kind)


@given(answers())
def test_means_are_those_of_scikit_learn(given_answers):
    truth, probability = given_answers
    answer, labels = probability.argmax(axis=1), list(range(probability.shape[1]))
    recall = metrics.recall_score(
        truth, answer, labels=np.unique(truth), average="macro", zero_division=0.0
    )
    summed = probability / probability.sum(axis=1, keepdims=True)
    expected = {
        "accuracy": metrics.accuracy_score(truth, answer),
        "balanced_accuracy": recall,
        "log_loss": -metrics.log_loss(truth, summed, labels=labels),
    }
    for metric, value in expected.items():
        scores = row_scores(metric, truth, probability)
        assert scores.shape == truth.shape
        assert scores.dtype == np.float64
        assert scores.mean() == pytest.approx(value, rel=1e-5, abs=1e-9), metric


NUMBERS = hnp.arrays(np.float64, st.integers(2, 30), elements=st.integers(-99, 99))


@given(NUMBERS, st.integers(0, 2**31), st.sampled_from([np.float32, np.float64]))
def test_means_of_numbers_are_those_of_scikit_learn(truth, seed, kind):
    answers = np.random.default_rng(seed).normal(truth, 5).astype(kind)
    mae = row_scores("mae", truth, answers)
    assert -mae.mean() == pytest.approx(metrics.mean_absolute_error(truth, answers))
    if np.ptp(truth):
        r2 = row_scores("r2", truth, answers)
        assert r2.dtype == mae.dtype == np.float64
        assert r2.mean() == pytest.approx(metrics.r2_score(truth, answers), abs=1e-9)


def test_means_are_what_a_run_writes():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 200)
    # Probabilities of half precision, as they are stored: they do not quite sum to one.
    probability = rng.dirichlet([1, 1, 1], 200).astype(np.float16).astype(np.float32)
    scores = evaluate(truth, probability, ["a", "b", "c"])
    for metric, sign in (("accuracy", 1), ("balanced_accuracy", 1), ("log_loss", -1)):
        mean = row_scores(metric, truth, probability).mean()
        assert sign * mean == pytest.approx(scores[metric], rel=1e-5), metric


def test_what_cannot_be_scored_is_refused():
    with pytest.raises(UnknownNameError, match="Did you mean 'accuracy'"):
        row_scores("acuracy", TRUTH, PROBABILITY)
    with pytest.raises(InputError, match="mae"):
        row_scores("r2", np.ones(3), np.arange(3.0))


@pytest.mark.parametrize(
    ("task", "sizes", "metric"),
    [
        ("binary", [3, 1], "accuracy"),  # 75 %: halfway from chance to perfection
        ("binary", [31, 9], "balanced_accuracy"),
        ("multiclass", [5, 1, 1, 1, 1], "accuracy"),
        ("multiclass", [72, 11, 11, 4, 3, 1, 1], "balanced_accuracy"),  # HAM10000
        ("multiclass", [7, 3, 0], "accuracy"),  # 70 % of two that occur, not of three
        ("multiclass", [9, 0, 0], "accuracy"),  # no class but one
    ],
)
def test_the_metric_that_ranks(task, sizes, metric):
    truth = np.repeat(np.arange(len(sizes)), sizes)
    assert primary_metric(task, truth) == metric
    assert metric in METRICS


def test_numbers_are_ranked_by_r2_where_it_is_defined():
    assert primary_metric("regression", np.array([1.0, 2.0])) == "r2"
    assert primary_metric("regression", np.ones(3)) == "mae"
