"""Choosing a way of splitting, and what is refused about the outcome."""

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from sidelight.errors import ColumnNotFoundError, SplitError, UnknownNameError
from sidelight.schema import Schema
from sidelight.splits import Split, SplitConfig, make_split
from sidelight.table import Table


def table_of(columns, task="binary", target="y", metadata=()):
    frame = pl.DataFrame(columns)
    schema = Schema(target=target, task=task, columns=metadata)
    return Table(frame, schema, "t.csv", np.arange(1, frame.height + 1))


def plain(num_rows=40):
    return {"y": ["a", "b"] * (num_rows // 2)}


@pytest.mark.parametrize(
    ("wishes", "task", "method"),
    [
        ({}, "binary", "stratified"),
        ({}, "multiclass", "stratified"),
        ({}, "regression", "random"),
        ({"group": "g"}, "binary", "grouped"),
        ({"time": "n"}, "binary", "time"),
        ({"column": "part", "group": "g"}, "binary", "column"),
    ],
)
def test_auto_follows_what_is_named(wishes, task, method):
    columns = {
        "y": [1.0, 2.0] * 20 if task == "regression" else ["a", "b"] * 20,
        "g": [f"g{i // 4}" for i in range(40)],
        "n": [float(i) for i in range(40)],
        "part": ["train"] * 20 + ["val"] * 10 + ["test"] * 10,
    }
    split = make_split(table_of(columns, task), SplitConfig(**wishes))
    assert split.method == method


def test_too_few_rows():
    with pytest.raises(SplitError, match="4 rows are too few"):
        make_split(table_of(plain(4)), SplitConfig())


def test_an_empty_part_is_refused_with_the_counts():
    columns = {**plain(10), "part": ["train"] * 8 + ["val"] * 2}
    with pytest.raises(SplitError, match=r"leaves test empty \(8 train, 2 val\)"):
        make_split(table_of(columns), SplitConfig(column="part"))


def test_a_class_that_training_lacks_is_named():
    columns = {
        "y": ["a"] * 6 + ["b"] * 2,
        "part": ["train"] * 5 + ["val"] + ["test"] * 2,
    }
    with pytest.raises(SplitError, match="class 'b' in a column split") as caught:
        make_split(table_of(columns), SplitConfig(column="part"))
    assert caught.value.column == "y"


def test_unknown_names_suggest_the_nearest():
    with pytest.raises(UnknownNameError, match="stratified"):
        make_split(table_of(plain()), SplitConfig(method="stratifed"))
    columns = {**plain(), "patient": ["p"] * 40}
    with pytest.raises(ColumnNotFoundError, match="Did you mean 'patient'"):
        make_split(table_of(columns), SplitConfig(group="patinet"))


@pytest.mark.parametrize(
    "fractions", [(0.7, 0.2, 0.2), (1.0, 0.0, 0.0), (1.2, -0.1, -0.1)]
)
def test_fractions_are_positive_and_sum_to_one(fractions):
    with pytest.raises(ValidationError, match="three positive numbers"):
        SplitConfig(fractions=fractions)


def test_a_split_counts_and_comes_back_from_its_frame():
    split = Split(np.array([0, 1, 2, -1, 0], dtype=np.int8), "spatial")
    assert split.counts() == {"train": 2, "val": 1, "test": 1, "left_out": 1}
    assert split.indices("all").tolist() == [0, 1, 2, 4]
    table = table_of({"y": list("ababa")})
    frame = split.to_frame(table)
    assert frame["row"].to_list() == [1, 2, 3, 4, 5]
    assert frame["part"].to_list() == ["train", "val", "test", "left_out", "train"]
    again = Split.from_frame(frame, "spatial")
    assert again.assignment.tolist() == split.assignment.tolist()
    assert again.assignment.dtype == np.int8


def test_taken_rows_are_marked_and_numbered_as_in_the_source():
    table = table_of({"y": list("ababa")})
    split = Split(np.array([0, 1, 2, -1, 0], dtype=np.int8), "spatial")
    train = table.take(split, "train")
    assert (train.part, train.rows.tolist()) == ("train", [1, 5])
