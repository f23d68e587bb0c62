"""Choosing a way of splitting, and what is refused about the outcome."""

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from sidelight.errors import ColumnNotFoundError, SplitError, UnknownNameError
from sidelight.schema import Column, Schema
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
        ({"column": "part", "group": "g", "time": "n"}, "binary", "column"),
        ({"group": "g", "time": "n"}, "binary", "grouped"),
    ],
)
def test_auto_follows_what_is_named(wishes, task, method):
    columns = {
        "y": [1.0, 2.0] * 20 if task == "regression" else ["a", "b"] * 20,
        "g": [f"g{i // 2}" for i in range(40)],
        "n": [float(i) for i in range(40)],
        "part": ["train"] * 20 + ["val"] * 10 + ["test"] * 10,
    }
    split = make_split(table_of(columns, task), SplitConfig(**wishes))
    assert split.method == method


def test_too_few_rows():
    with pytest.raises(SplitError, match="4 rows are too few"):
        make_split(table_of(plain(4)), SplitConfig())
    with pytest.raises(SplitError, match="1 row is too few"):
        make_split(table_of(plain(4))[:1], SplitConfig())


def test_an_empty_part_is_refused_with_the_counts():
    columns = {**plain(10), "part": ["train"] * 8 + ["val"] * 2}
    with pytest.raises(SplitError, match=r"leaves test empty \(8 train, 2 val\)") as e:
        make_split(table_of(columns), SplitConfig(column="part"))
    assert "without --split-column" in e.value.fix


def test_a_buffer_that_leaves_nothing_to_train_on_says_so():
    place = Column(name="location", kind="location", sources=("lat", "lon"))
    columns = {**plain(), "lat": [1.0] * 40, "lon": [i / 10 for i in range(40)]}
    config = SplitConfig(method="spatial", block_deg=0.1, buffer_deg=10)
    with pytest.raises(SplitError, match="leaves train empty") as caught:
        make_split(table_of(columns, metadata=(place,)), config)
    assert "smaller --buffer" in caught.value.fix


@pytest.mark.parametrize("method", ["random", "stratified", "column"])
def test_a_split_that_breaks_the_groups_named_is_refused(method):
    columns = {
        **plain(40),
        "part": (["train"] * 7 + ["val", "val", "test"]) * 4,
        "patient": [f"p{i // 5}" for i in range(40)],
    }
    config = SplitConfig(method=method, column="part", group="patient")
    with pytest.raises(SplitError, match=r"divides \d of these groups") as caught:
        make_split(table_of(columns), config)
    assert caught.value.column == "patient"
    assert len(caught.value.rows) % 5 == 0
    assert "--split grouped" in caught.value.fix


def test_a_group_that_only_a_buffer_divides_is_whole():
    columns = {**plain(40), "g": ["far"] * 10 + ["near"] * 10 + ["v"] * 10 + ["t"] * 10}
    columns["lat"] = [0.0] * 40
    columns["lon"] = [0.5] * 10 + [30.5] * 5 + [38.0] * 5 + [40.5] * 10 + [90.5] * 10
    place = Column(name="location", kind="location", sources=("lat", "lon"))
    table = table_of(columns, metadata=(place,))
    config = SplitConfig(method="spatial", group="g", buffer_deg=3.0)
    wanted = np.repeat(np.array([0, -1, 1, 2], dtype=np.int8), [15, 5, 10, 10])
    found = [
        make_split(table, config.model_copy(update={"seed": seed})).assignment
        for seed in range(30)
    ]
    assert any(np.array_equal(parts, wanted) for parts in found)


def test_a_frame_with_another_word_is_no_split():
    with pytest.raises(SplitError, match="'fold1' is no part"):
        Split.from_frame(pl.DataFrame({"row": [1, 2], "part": ["train", "fold1"]}))


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
