"""Rows asked a batch at a time, or several batches at once."""

import threading
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from sidelight.predictor import FilePredictor
from sidelight.predictor._table import in_batches
from sidelight.schema import Schema
from sidelight.table import Table


@pytest.mark.parametrize("rows", [1, 3, 4, 9, 40])
@pytest.mark.parametrize("at_once", [1, 2, 5])
def test_answers_stand_in_the_order_of_the_rows(rows, at_once):
    given = {"x": np.arange(rows), "y": np.arange(rows) * 10}
    found = in_batches(lambda p: p["x"] + p["y"], given, 4, at_once=at_once)
    np.testing.assert_array_equal(found, 11 * np.arange(rows))


def test_the_last_batch_is_filled_up():
    asked = []
    given = {"x": np.arange(9)}
    in_batches(lambda p: asked.append(len(p["x"])) or p["x"], given, 4)
    assert asked == [4, 4, 4]


def test_as_many_batches_are_asked_at_the_same_time():
    together = threading.Barrier(3)

    def ask(part):
        together.wait(timeout=30)  # breaks unless three are here
        return part["x"]

    found = in_batches(ask, {"x": np.arange(12)}, 2, at_once=3)
    np.testing.assert_array_equal(found, np.arange(12))


def test_an_error_of_one_batch_is_raised():
    def ask(part):
        if part["x"][0] == 4:
            message = "no"
            raise ValueError(message)
        return part["x"]

    with pytest.raises(ValueError, match="no"):
        in_batches(ask, {"x": np.arange(12)}, 2, at_once=3)


@pytest.mark.parametrize("rows", [1, 3, 10])
def test_calls_at_the_same_time_share_one_batch(rows):
    asked = []

    def figures(inputs):
        asked.append(len(inputs["image"]))
        return inputs["image"]

    model = SimpleNamespace(
        signature=SimpleNamespace(columns=()), figures=figures, at_once=3
    )
    predictor = FilePredictor(model, None, Schema(), ".")
    frame = pl.DataFrame({"x": range(rows)})
    table = Table(frame, Schema(), "t.csv", np.arange(rows))
    found = predictor.figures_of(table, {"image": np.arange(rows)}, 6)
    np.testing.assert_array_equal(found, np.arange(rows))
    assert max(asked) <= 2  # three threads hold no more than six rows
