"""What holds for every way of splitting: one set of requirements for all of them."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from sidelight.registry import SPLITS
from sidelight.schema import Column, Schema
from sidelight.splits import Split, SplitConfig, make_split
from sidelight.table import Table

NAMES = SPLITS.names()
NUM_ROWS = 240


def table():
    rng = np.random.default_rng(3)
    start = dt.datetime(2020, 1, 1)
    hours = rng.permutation(NUM_ROWS)
    frame = pl.DataFrame(
        {
            "y": rng.choice(["a", "b", "c"], NUM_ROWS),
            "patient": [f"p{i}" for i in rng.integers(0, 40, NUM_ROWS)],
            "at": [start + dt.timedelta(hours=int(hour)) for hour in hours],
            "lat": rng.uniform(-60, 60, NUM_ROWS),
            "lon": rng.uniform(-180, 180, NUM_ROWS),
            "part": rng.choice(["train", "test"], NUM_ROWS, p=[0.8, 0.2]),
        }
    )
    columns = (Column(name="location", kind="location", sources=("lat", "lon")),)
    schema = Schema(target="y", task="multiclass", columns=columns)
    return Table(frame, schema, "t.csv", np.arange(1, NUM_ROWS + 1))


def config(name, **changes):
    wishes = {"grouped": {"group": "patient"}, "time": {"time": "at"}}
    wishes["column"] = {"column": "part"}
    return SplitConfig(method=name, **wishes.get(name, {}), **changes)


@pytest.mark.parametrize("name", NAMES)
def test_parts_are_disjoint_cover_the_rows_and_none_is_empty(name):
    split = make_split(table(), config(name))
    assert isinstance(split, Split)
    assert split.method == name
    assert split.assignment.dtype == np.int8
    taken = [split.indices(part) for part in ("train", "val", "test")]
    assert all(len(rows) for rows in taken)
    assert sorted(np.concatenate(taken)) == list(range(NUM_ROWS))


@pytest.mark.parametrize("name", NAMES)
def test_the_larger_fraction_is_train(name):
    counts = make_split(table(), config(name)).counts()
    assert counts["train"] >= 0.5 * NUM_ROWS
    assert counts["train"] > counts["val"] + counts["test"]


@pytest.mark.parametrize("name", NAMES)
def test_the_seed_decides_and_nothing_else(name):
    rows = table()
    np.random.seed(1)
    first = make_split(rows, config(name, seed=5)).assignment
    np.random.seed(2)
    again = make_split(rows, config(name, seed=5)).assignment
    assert np.array_equal(first, again)
    others = [make_split(rows, config(name, seed=s)).assignment for s in (6, 7, 8)]
    changed = any(not np.array_equal(first, other) for other in others)
    assert changed == (name != "time")  # time leaves nothing to chance


@pytest.mark.parametrize("name", NAMES)
def test_the_table_is_left_as_it_was_and_the_split_comes_back(name):
    rows = table()
    before = rows.frame.clone()
    split = make_split(rows, config(name))
    assert rows.frame.equals(before)
    again = Split.from_frame(split.to_frame(rows), name)
    assert np.array_equal(again.assignment, split.assignment)
