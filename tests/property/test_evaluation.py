"""Scores hold for any answers: order of rows is nothing, perfection is perfect."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn import metrics

from sidelight.evaluation import (
    bootstrap_interval,
    choose_threshold,
    evaluate,
    regression_metrics,
    subgroup_metrics,
)

SEEDS = st.integers(0, 2**31)
SHARES = ("accuracy", "balanced_accuracy", "macro_f1", "roc_auc", "calibration_error")


@st.composite
def answers(draw, max_classes=5):
    """Truth, probabilities and class names; classes may be absent, answers tied."""
    num_classes = draw(st.integers(2, max_classes))
    truth = draw(
        hnp.arrays(
            np.int64, st.integers(1, 40), elements=st.integers(0, num_classes - 1)
        )
    )
    weights = draw(
        hnp.arrays(np.int64, (len(truth), num_classes), elements=st.integers(0, 4))
    )
    weights = weights + (weights.sum(axis=1, keepdims=True) == 0)
    probability = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return truth, probability, [f"class {i}" for i in range(num_classes)]


def same(left, right):
    """Nested scores agree but for the last digits of a sum in another order."""
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(
            same(left[name], right[name]) for name in left
        )
    if left is None or right is None:
        return left is right
    return np.shape(left) == np.shape(right) and np.allclose(left, right, 1e-4, 1e-6)


@given(answers(), SEEDS)
def test_the_order_of_rows_is_nothing(given_answers, seed):
    truth, probability, names = given_answers
    order = np.random.default_rng(seed).permutation(len(truth))
    for threshold in (None, 0.3):
        assert same(
            evaluate(truth, probability, names, threshold=threshold),
            evaluate(truth[order], probability[order], names, threshold=threshold),
        )


@given(answers(), SEEDS)
def test_the_order_of_classes_is_nothing(given_answers, seed):
    truth, probability, names = given_answers
    # Ties go to the first class, which is another one in another order.
    rng = np.random.default_rng(seed)
    probability = probability + rng.uniform(0, 0.01, probability.shape)
    probability /= probability.sum(axis=1, keepdims=True)
    order = rng.permutation(len(names))
    moved = evaluate(
        np.argsort(order)[truth], probability[:, order], [names[i] for i in order]
    )
    still = evaluate(truth, probability, names)
    for name in ("accuracy", "balanced_accuracy", "macro_f1", "log_loss", "per_class"):
        assert same(still[name], moved[name]), name
    matrix = np.array(still["confusion_matrix"])[np.ix_(order, order)]
    assert matrix.tolist() == moved["confusion_matrix"]


@given(answers())
def test_shares_lie_between_none_and_all_and_count_every_row(given_answers):
    truth, probability, names = given_answers
    scores = evaluate(truth, probability, names)
    for name in SHARES:
        assert scores[name] is None or 0 <= scores[name] <= 1, name
    matrix = np.array(scores["confusion_matrix"])
    assert matrix.sum() == len(truth)
    assert matrix.trace() / len(truth) == pytest.approx(scores["accuracy"])
    support = [scores["per_class"][name]["support"] for name in names]
    assert support == matrix.sum(axis=1).tolist()


@given(answers())
def test_perfect_answers_score_one_whatever_classes_are_absent(given_answers):
    truth, _, names = given_answers
    scores = evaluate(truth, np.eye(len(names))[truth], names)
    for name in ("accuracy", "balanced_accuracy", "macro_f1"):
        assert scores[name] == 1, name
    if len(np.unique(truth)) > 1:
        assert scores["roc_auc"] == scores["pr_auc"] == 1
    assert scores["calibration_error"] == 0
    assert scores["log_loss"] == pytest.approx(0, abs=1e-6)


@given(answers())
def test_decisions_are_those_of_scikit_learn(given_answers):
    truth, probability, names = given_answers
    answer = probability.argmax(axis=1)
    scores = evaluate(truth, probability, names)
    recall = metrics.recall_score(
        truth, answer, labels=np.unique(truth), average="macro", zero_division=0.0
    )
    f1 = metrics.f1_score(truth, answer, average="macro", zero_division=0.0)
    assert scores["balanced_accuracy"] == pytest.approx(recall)
    assert scores["macro_f1"] == pytest.approx(f1)


@given(
    st.lists(
        st.tuples(st.booleans(), st.floats(0, 1, width=32)), min_size=2, max_size=30
    )
)
def test_the_chosen_threshold_is_the_best_there_is(rows):
    truth = np.array([int(second) for second, _ in rows])
    probability = np.array([p for _, p in rows], dtype=np.float32)
    threshold = choose_threshold(truth, probability)
    assert 0 <= threshold <= 1
    if len(np.unique(truth)) == 2:

        def balanced(cut):
            return metrics.balanced_accuracy_score(truth, probability >= cut)

        best = max(balanced(cut) for cut in probability)
        assert balanced(threshold) == pytest.approx(best)


NUMBERS = hnp.arrays(np.float64, st.integers(1, 30), elements=st.floats(-1e6, 1e6))


@given(NUMBERS, SEEDS)
def test_errors_of_numbers(truth, seed):
    rng = np.random.default_rng(seed)
    prediction = truth + rng.normal(size=len(truth))
    order = rng.permutation(len(truth))
    scores = regression_metrics(truth, prediction)
    assert same(scores, regression_metrics(truth[order], prediction[order]))
    assert 0 <= scores["mae"] <= scores["rmse"] * (1 + 1e-9)
    assert scores["r2"] is None or scores["r2"] <= 1


@given(
    hnp.arrays(np.float64, st.integers(1, 60), elements=st.floats(-9, 9)),
    SEEDS,
    st.booleans(),
)
def test_an_interval_lies_within_the_values_and_grows_with_the_level(
    values, seed, by_cluster
):
    clusters = np.arange(len(values)) // 3 if by_cluster else None

    def interval(level):
        return bootstrap_interval(
            values, clusters=clusters, level=level, num_resamples=200, seed=seed
        )

    (low, high), (wide_low, wide_high) = interval(0.5), interval(0.99)
    assert wide_low <= low <= high <= wide_high
    assert values.min() - 1e-9 <= wide_low
    assert wide_high <= values.max() + 1e-9


@given(hnp.arrays(np.float64, st.integers(1, 60), elements=st.floats(-9, 9)), SEEDS)
def test_an_interval_does_not_see_the_order_of_rows(values, seed):
    order = np.random.default_rng(seed).permutation(len(values))
    assert bootstrap_interval(values, num_resamples=50) == bootstrap_interval(
        values[order], num_resamples=50
    )


CELLS = st.one_of(
    st.lists(st.none() | st.text(max_size=4), min_size=1, max_size=40),
    st.lists(st.none() | st.floats(-1e9, 1e9), min_size=1, max_size=40),
    st.lists(st.none() | st.booleans(), min_size=1, max_size=40),
    st.lists(
        st.none() | st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2100, 1, 1)),
        min_size=1,
        max_size=40,
    ),
    st.lists(st.datetimes(dt.datetime(1970, 1, 1)), min_size=15, max_size=40),
    st.lists(st.floats(-1e9, 1e9), min_size=15, max_size=40),
)


@given(CELLS, SEEDS)
def test_every_row_is_in_one_subgroup(cells, seed):
    column = pl.Series(cells, strict=True)
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, len(column))
    probability = rng.dirichlet([1, 1], len(column))
    scores = subgroup_metrics(truth, probability, column, ["a", "b"])
    assert sum(group["rows"] for group in scores.values()) == len(column)
    right = sum(group["rows"] * group["accuracy"] for group in scores.values())
    assert right == pytest.approx((probability.argmax(axis=1) == truth).sum())
