"""The same scores for all rows and for the rows of each value of a column."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from sidelight.evaluation import evaluate, subgroup_metrics

NAMES = ("a", "b")


def answers(num_rows, seed=0):
    rng = np.random.default_rng(seed)
    second = rng.random(num_rows)
    return rng.integers(0, 2, num_rows), np.stack([1 - second, second], axis=1)


def test_the_task_decides_about_the_scores():
    truth, probability = answers(20)
    assert "accuracy" in evaluate(truth, probability, NAMES)
    assert "at_threshold" in evaluate(truth, probability, NAMES, threshold=0.4)
    assert set(evaluate(np.arange(3.0), np.ones(3), ())) == {
        "rows",
        "mae",
        "rmse",
        "r2",
    }


def test_each_group_is_scored_as_if_alone():
    truth, probability = answers(80)
    column = pl.Series(["x"] * 50 + ["y"] * 20 + [None] * 10)
    scores = subgroup_metrics(truth, probability, column, NAMES, threshold=0.4)
    assert list(scores) == ["x", "y", "missing"]
    alone = evaluate(truth[50:70], probability[50:70], NAMES, threshold=0.4)
    assert scores["y"] == {**alone, "small": True}
    assert scores["x"]["small"] is False
    assert sum(group["rows"] for group in scores.values()) == 80


def group_sizes(column):
    truth, probability = answers(len(column))
    scores = subgroup_metrics(truth, probability, column, NAMES)
    return {name: group["rows"] for name, group in scores.items()}


def test_numbers_are_put_into_quarters():
    assert group_sizes(pl.Series([*map(float, range(101)), None])) == {
        "0 to 25": 26,
        "25 to 50": 25,
        "50 to 75": 25,
        "75 to 100": 25,
        "missing": 1,
    }


def test_numbers_as_text_and_numbers_far_from_zero():
    text = pl.Series([str(i) for i in range(100)])
    assert len(group_sizes(text)) == 4
    northing = pl.Series([5_400_000.0 + i for i in range(100)])
    assert [abs(n - 25) <= 1 for n in group_sizes(northing).values()] == [True] * 4


def test_few_numbers_are_groups_themselves():
    assert group_sizes(pl.Series([1, 2, 2, 3])) == {"1": 1, "2": 2, "3": 1}


def test_mostly_zeros_are_one_group():
    values = pl.Series([0.0] * 60 + [float(i) for i in range(1, 21)])
    assert group_sizes(values) == {"0 to 0": 60, "0 to 20": 20}


@pytest.mark.parametrize("dtype", [pl.Datetime("us"), pl.Date])
def test_times_are_put_into_quarters_with_dates(dtype):
    start = dt.datetime(2020, 1, 1)
    at = pl.Series([start + dt.timedelta(days=i) for i in range(101)]).cast(dtype)
    sizes = group_sizes(at)
    assert next(iter(sizes)) == "2020-01-01 to 2020-01-26"
    assert list(sizes.values()) == [26, 25, 25, 25]


def test_truth_values_are_groups():
    assert group_sizes(pl.Series([True, False, True])) == {"false": 1, "true": 2}


def test_the_largest_groups_are_shown():
    column = pl.Series([f"site {i:02}" for i in range(60) for _ in range(1 + (i > 9))])
    sizes = group_sizes(column)
    assert len(sizes) == 50
    assert set(sizes.values()) == {2}


def test_groups_are_in_the_order_of_their_values():
    few = pl.Series([10, 9, None, -1, 9])
    assert list(group_sizes(few)) == ["-1", "9", "10", "missing"]
    many = pl.Series([float(i) for i in range(-50, 351)])
    names = ["-50 to 50", "50 to 150", "150 to 250", "250 to 350"]
    assert list(group_sizes(many)) == names


def test_numbers_that_differ_late_are_told_apart():
    northing = pl.Series([5_400_000 + i / 100 for i in range(101)])
    sizes = group_sizes(northing)
    assert list(sizes.values()) == [26, 25, 25, 25]
    assert next(iter(sizes)) == "5400000 to 5400000.25"


@pytest.mark.parametrize(
    ("step", "first"),
    [
        (dt.timedelta(minutes=1), "2020-01-01T09:00 to 2020-01-01T09:25"),
        (dt.timedelta(seconds=1), "2020-01-01T09:00:00 to 2020-01-01T09:00:25"),
    ],
)
def test_times_of_one_day_are_told_apart(step, first):
    start = dt.datetime(2020, 1, 1, 9)
    sizes = group_sizes(pl.Series([start + i * step for i in range(101)]))
    assert next(iter(sizes)) == first
    assert list(sizes.values()) == [26, 25, 25, 25]
