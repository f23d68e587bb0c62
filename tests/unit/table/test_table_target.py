import warnings

import numpy as np
import polars as pl
import pytest

from sidelight.errors import GroupWarning, LeakWarning
from sidelight.schema import Column, Schema
from sidelight.table import Table, warn_about_groups
from sidelight.table._target import judge_target, to_target, warn_about_leaks


def target(*values):
    return pl.Series("y", values)


def test_rows_without_a_target_are_found():
    values, problems = to_target(target("a", None, "b", None), "binary")
    assert values.to_list() == ["a", None, "b", None]
    assert problems[0].positions.tolist() == [1, 3]
    assert "2 rows" in problems[0].what


def test_an_amount_is_typed():
    values, problems = to_target(target("1.5", "x", "2"), "regression")
    assert values.to_list() == [1.5, None, 2.0]
    assert [p.values for p in problems] == [["x"]]


@pytest.mark.parametrize(
    ("values", "task", "said"),
    [
        (["a", "a", "a"], "binary", "'a' in every row"),
        ([1.5, 1.5], "regression", "1.5 in every row"),
        (["a", "b", "c"], "multiclass", "like an identifier"),
        (["a", "b", "c"] * 2, "binary", "3 classes, but the task is binary"),
        (["a", "b", "a"], "binary", "1 class has a single row"),
        (["a", "b", "a", "c"], "multiclass", "2 classes have a single row"),
    ],
)
def test_what_cannot_be_learned(values, task, said):
    (problem,) = judge_target(target(*values), task)
    assert said in problem.what


def test_the_single_row_and_its_class_are_named():
    (problem,) = judge_target(target("a", "b", "a"), "binary")
    assert (problem.positions.tolist(), problem.values) == ([1], ["b"])


def test_good_targets_pass():
    assert judge_target(target("a", "b", "a", "b"), "binary") == []
    assert judge_target(target(1.0, 2.0, 3.0), "regression") == []


def leaks(cells, answers, task="multiclass", kind="categorical"):
    frame = pl.DataFrame({"x": cells, "y": answers})
    columns = (Column(name="x", kind=kind, sources=("x",)),)
    return warn_about_leaks(frame, Schema(target="y", task=task, columns=columns))


ANSWERS = ["a", "b", "c", "a", "b", "c", "a"] * 5


@pytest.mark.parametrize(
    ("cells", "how"),
    [
        (ANSWERS, "equals"),
        ([{"a": "1", "b": "2", "c": None}[a] for a in ANSWERS], "goes one to one with"),
        ([{"a": 1.5, "b": 2.5, "c": 3.5}[a] for a in ANSWERS], "goes one to one with"),
        ([f"{a}{i % 2}" for i, a in enumerate(ANSWERS)], "determines"),
    ],
)
def test_a_column_that_gives_the_class_away_is_named(cells, how):
    with pytest.warns(LeakWarning, match=f"'x' {how} the target 'y'.*--drop x"):
        messages = leaks(cells, ANSWERS)
    assert len(messages) == 1


@pytest.mark.parametrize(
    "cells",
    [
        ["a"] * 34 + ["b"],
        [f"{i}" for i in range(35)],
        ["p", "q"] * 17 + ["p"],
        [*ANSWERS[1:], "b"],
    ],
)
def test_a_column_that_does_not_is_not(cells):
    assert leaks(cells, ANSWERS) == []


def test_an_amount_leaks_through_a_straight_line():
    rng = np.random.default_rng(0)
    y = rng.normal(size=40)
    with pytest.warns(LeakWarning, match="equals"):
        leaks(y, y, "regression", "numeric")
    with pytest.warns(LeakWarning, match="straight line"):
        leaks(3 - 2 * y, y, "regression", "numeric")
    assert leaks(y + rng.normal(size=40) / 10, y, "regression", "numeric") == []


def table(**columns):
    frame = pl.DataFrame(columns)
    rows = np.arange(1, frame.height + 1)
    return Table(frame, Schema(), "t.csv", rows)


REPEATED = [i % 12 for i in range(40)]


@pytest.mark.parametrize(
    "name",
    ["patient_id", "lesion_id", "site", "SubjectID", "patientid", "camera name", "id"],
)
def test_a_repeated_identifier_is_warned_of(name):
    with pytest.warns(GroupWarning, match=rf"'{name}' names 12 things in 40 rows"):
        messages = warn_about_groups(table(**{name: REPEATED}), None)
    assert f"--group {name}" in messages[0]


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("altitude", REPEATED),
        ("station_elevation", REPEATED),
        ("patient_id", list(range(40))),
        ("patient_id", [i % 2 for i in range(40)]),
        ("site", [i % 12 + 0.5 for i in range(40)]),
    ],
)
def test_other_columns_are_not(name, cells):
    assert warn_about_groups(table(**{name: cells}), None) == []


def test_with_a_group_nothing_is_said():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert warn_about_groups(table(patient_id=REPEATED), "patient_id") == []
