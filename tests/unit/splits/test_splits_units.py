"""Whole groups, whole moments, and a column that already says it."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from sidelight.errors import ColumnNotFoundError, SplitError
from sidelight.schema import Column, Schema
from sidelight.splits import SplitConfig, make_split
from sidelight.splits._base import fill_parts
from sidelight.splits.column import column
from sidelight.splits.grouped import grouped
from sidelight.splits.time import time
from sidelight.table import Table


def table_of(columns, metadata=()):
    frame = pl.DataFrame(columns)
    return Table(
        frame, Schema(columns=metadata), "t.csv", np.arange(1, frame.height + 1)
    )


def test_units_fill_the_part_that_is_furthest_from_its_share():
    sizes = np.array([70, 15, 10, 5])
    parts = fill_parts(sizes, np.arange(4), SplitConfig())
    assert parts.tolist() == [0, 1, 2, 2]


def test_groups_need_a_name_three_values_and_no_gaps():
    config = SplitConfig(group="g")
    with pytest.raises(SplitError, match="--group COLUMN"):
        grouped(table_of({"g": ["a"] * 9}), SplitConfig())
    with pytest.raises(SplitError, match="2 groups cannot fill"):
        grouped(table_of({"g": ["a", "b"] * 4}), config)
    with pytest.raises(SplitError, match="2 of 4 rows are empty") as caught:
        grouped(table_of({"g": ["a", None, "b", None]}), config)
    assert (caught.value.rows, caught.value.column) == ([2, 4], "g")
    with pytest.raises(ColumnNotFoundError):
        grouped(table_of({"h": ["a", "b"]}), config)


def skewed(num_groups=60, seed=0):
    sizes = np.ceil(np.random.default_rng(seed).lognormal(2, 1.5, num_groups))
    return [f"g{i}" for i, size in enumerate(sizes.astype(int)) for _ in range(size)]


@pytest.mark.parametrize("seed", range(5))
def test_groups_of_very_different_size_come_near_the_wanted_fractions(seed):
    groups = skewed()
    split = grouped(table_of({"g": groups}), SplitConfig(group="g", seed=seed))
    shares = np.bincount(split.assignment, minlength=3) / len(groups)
    assert np.abs(shares - [0.7, 0.15, 0.15]).max() <= 0.02


def test_another_seed_deals_groups_of_different_size_otherwise():
    table = table_of({"g": skewed()})
    first, second = (
        grouped(table, SplitConfig(group="g", seed=seed)).assignment for seed in (0, 1)
    )
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("seed", range(20))
def test_a_class_of_one_group_is_trained_on(seed):
    # Dealt once, this group would be in train in seven draws of ten.
    groups = [f"g{i}" for i in range(30) for _ in range(4)]
    labels = ["rare" if group == "g7" else "usual" for group in groups]
    frame = pl.DataFrame({"g": groups, "y": labels})
    schema = Schema(target="y", task="binary")
    table = Table(frame, schema, "t.csv", np.arange(1, len(groups) + 1))
    split = make_split(table, SplitConfig(group="g", seed=seed))
    assert "rare" in [labels[i] for i in split.indices("train")]


def test_numbers_name_groups_too():
    table = table_of({"g": [1, 1, 2, 2, 3, 3, 4, 4]})
    split = grouped(table, SplitConfig(group="g"))
    assert all(len(set(split.assignment[i : i + 2])) == 1 for i in (0, 2, 4, 6))


@pytest.mark.parametrize(
    ("word", "part"),
    [
        ("train", 0),
        ("Training", 0),
        (" TRAIN ", 0),
        ("val", 1),
        ("valid", 1),
        ("Validation", 1),
        ("dev", 1),
        ("test", 2),
        ("Testing", 2),
    ],
)
def test_spellings_of_a_part(word, part):
    cells = ["train", "val", "test", word]
    split = column(table_of({"part": cells}), SplitConfig(column="part"))
    assert split.assignment.tolist() == [0, 1, 2, part]
    assert split.note == ""


def test_other_words_are_refused_all_at_once():
    table = table_of({"part": ["train", "holdout", "test", "fold2", "val"]})
    with pytest.raises(SplitError, match="2 rows are neither") as caught:
        column(table, SplitConfig(column="part"))
    assert caught.value.rows == [2, 4]
    assert caught.value.values == ["holdout", "fold2"]
    with pytest.raises(SplitError, match="--split-column COLUMN"):
        column(table, SplitConfig())
    with pytest.raises(SplitError, match="1 of 2 rows are empty"):
        column(table_of({"part": ["train", None]}), SplitConfig(column="part"))


def test_without_val_rows_some_train_rows_serve_and_test_is_untouched():
    cells = ["train"] * 17 + ["test"] * 5
    split = column(table_of({"part": cells}), SplitConfig(column="part"))
    # 0.15 of 0.85 of the rows that are not for testing: 3 of 17.
    assert split.counts() == {"train": 14, "val": 3, "test": 5, "left_out": 0}
    assert (split.assignment[17:] == 2).all()
    assert "3 train rows" in split.note


def test_val_taken_from_train_has_the_classes_of_train():
    labels = ["a"] * 80 + ["b"] * 20 + ["c"] + ["a"] * 9
    frame = pl.DataFrame({"y": labels, "part": ["train"] * 101 + ["test"] * 9})
    schema = Schema(target="y", task="multiclass")
    table = Table(frame, schema, "t.csv", np.arange(1, 111))
    for seed in range(10):
        split = make_split(table, SplitConfig(column="part", seed=seed))
        taken = [labels[i] for i in split.indices("val")]
        # 0.15 of 0.85 of 101 rows are 18; 99 can be moved, 19 of them "b".
        assert len(taken) == 18
        assert taken.count("b") in (3, 4)
        assert "c" not in taken


def test_val_taken_from_train_takes_whole_groups_where_they_are_named():
    columns = {
        "part": ["train"] * 20 + ["test"] * 4,
        "g": [f"g{i // 4}" for i in range(24)],
    }
    config = SplitConfig(column="part", group="g")
    split = make_split(table_of(columns), config)
    assert split.counts() == {"train": 16, "val": 4, "test": 4, "left_out": 0}
    assert split.note == "4 train rows, whole groups, serve as val"


def moments(*days):
    return [dt.datetime(2021, 1, day) for day in days]


def test_time_trains_on_the_past_and_tests_on_the_future():
    days = [9, 2, 7, 4, 10, 6, 1, 8, 3, 5]
    config = SplitConfig(time="at", fractions=(0.6, 0.2, 0.2))
    split = time(table_of({"at": moments(*days)}), config)
    expected = [0 if d <= 6 else 1 if d <= 8 else 2 for d in days]
    assert split.assignment.tolist() == expected
    assert split.note.startswith("val from 2021-01-07")
    assert "test from 2021-01-09" in split.note


def test_rows_of_one_moment_stay_together():
    config = SplitConfig(time="at")
    split = time(table_of({"at": moments(1, *[2] * 7, 3, 3)}), config)
    assert split.assignment.tolist() == [0] + [1] * 7 + [2, 2]


def test_time_finds_the_only_datetime_column():
    metadata = (Column(name="at", kind="datetime", sources=("at",)),)
    columns = {"at": moments(*range(1, 11))}
    split = make_split(table_of(columns, metadata), SplitConfig(method="time"))
    assert split.counts()["train"] == 7
    with pytest.raises(SplitError, match="there are 0"):
        time(table_of(columns), SplitConfig())
    with pytest.raises(SplitError, match="2 different times"):
        time(table_of({"at": moments(1, 1, 2)}), SplitConfig(time="at"))
    with pytest.raises(SplitError, match="1 of 2 rows are empty"):
        time(table_of({"at": [*moments(1), None]}), SplitConfig(time="at"))


def test_times_left_as_text_are_read_before_they_are_ordered():
    # Beyond the schema's columns nothing is typed: in text "+05:00" and "Z" mislead.
    config = SplitConfig(time="at", fractions=(0.4, 0.3, 0.3))
    cells = [
        "2021-01-01T23:00:00Z",
        "2021-01-02T00:30:00+09:00",
        "2021-01-01T20:00:00-05:00",
    ]
    split = time(table_of({"at": cells}), config)
    assert split.assignment.tolist() == [1, 0, 2]
    years = table_of({"at": ["2019", "998", "2020"]})
    assert time(years, config).assignment.tolist() == [1, 0, 2]
    with pytest.raises(SplitError, match="date") as caught:
        time(table_of({"at": ["2021-01-01", "soon", "2021-01-03"]}), config)
    assert caught.value.rows == [2]
