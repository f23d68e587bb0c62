"""Rows at random, and rows at random within each class."""

import numpy as np
import polars as pl
import pytest

from sidelight.errors import SplitError
from sidelight.schema import Schema
from sidelight.splits import SplitConfig
from sidelight.splits.random import deal, random
from sidelight.splits.stratified import stratified
from sidelight.table import Table


def labelled(labels, task="multiclass"):
    schema = Schema(target="y", task=task)
    rows = np.arange(1, len(labels) + 1)
    return Table(pl.DataFrame({"y": labels}), schema, "t.csv", rows)


@pytest.mark.parametrize(
    ("num_rows", "counts"), [(100, [70, 15, 15]), (20, [14, 3, 3]), (8, [6, 1, 1])]
)
def test_parts_are_right_to_the_nearest_row(num_rows, counts):
    parts = deal(num_rows, np.random.default_rng(0), SplitConfig())
    assert np.bincount(parts, minlength=3).tolist() == counts


def test_an_odd_row_goes_to_val_and_test_alike():
    # 3 rows: 2.1, 0.45 and 0.45 are wanted, so the last row is a draw.
    last = [
        int(deal(3, np.random.default_rng(seed), SplitConfig()).max())
        for seed in range(400)
    ]
    assert set(last) == {1, 2}
    assert 160 <= last.count(1) <= 240


def test_many_small_classes_reach_every_part():
    labels = [f"c{i}" for i in range(40) for _ in range(3)]
    split = stratified(labelled(labels), SplitConfig())
    counts = split.counts()
    assert counts["train"] == 80
    assert min(counts["val"], counts["test"]) >= 10


def test_each_class_is_dealt_in_the_wanted_fractions():
    labels = ["a"] * 100 + ["b"] * 20
    split = stratified(labelled(labels), SplitConfig())
    assert np.bincount(split.assignment[:100]).tolist() == [70, 15, 15]
    assert np.bincount(split.assignment[100:]).tolist() == [14, 3, 3]


def test_a_class_of_one_row_is_trained_on_even_if_train_is_small():
    config = SplitConfig(fractions=(0.2, 0.4, 0.4))
    split = stratified(labelled(["a"] * 50 + ["rare"]), config)
    assert split.assignment[50] == 0


def test_an_amount_has_no_classes_to_stratify():
    with pytest.raises(SplitError, match="needs a target of classes"):
        stratified(labelled([1.0, 2.0, 3.0], "regression"), SplitConfig())


def test_another_seed_is_another_draw():
    table = labelled(["a", "b"] * 50)
    first, second = (random(table, SplitConfig(seed=s)).assignment for s in (0, 1))
    assert not np.array_equal(first, second)
