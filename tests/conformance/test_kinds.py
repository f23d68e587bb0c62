"""What holds for every kind of column: one set of requirements for all of them."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from sidelight.errors import TableError
from sidelight.preprocessing import Preprocessor
from sidelight.preprocessing.columns._base import Fitted
from sidelight.registry import KINDS
from sidelight.schema import Column, Schema
from sidelight.splits import Split
from sidelight.table import Table

# For each kind: cells of training rows, and cells unlike any of them.
CELLS = {
    "numeric": ([1.5, -2.0, 8.0, 3.0], [1e30, -1e30, 0.0]),
    "categorical": (["a", "b", "a", "b"], ["new", "", "Ä\n"]),
    "boolean": ([True, False, True, True], [False, True, False]),
    "datetime": (
        [dt.datetime(2021, month, 1, month) for month in (1, 4, 7, 12)],
        [dt.datetime(1890, 1, 1), dt.datetime(2200, 12, 31, 23, 59, 59), None],
    ),
    "location": ([10.0, -20.0, 30.0, 90.0], [-90.0, 0.0, 45.5]),
    "multi_hot": (["a;b", "b", "b|a|once", "a"], ["new", "a;new;other", ";|;", "Ä\n"]),
}
TYPES = {
    "categorical": pl.String,
    "boolean": pl.Boolean,
    "multi_hot": pl.String,
    "datetime": pl.Datetime("us"),
}
NAMES = KINDS.names()


def column_of(name):
    sources = ("lat", "lon") if name == "location" else ("x",)
    return Column(name="x", kind=name, sources=sources)


def table_of(name, cells, *, part="all"):
    column = column_of(name)
    dtype = TYPES.get(name, pl.Float64)
    columns = {source: pl.Series(cells, dtype=dtype) for source in column.sources}
    frame = pl.DataFrame(columns)
    rows = np.arange(1, frame.height + 1)
    return Table(frame, Schema(columns=(column,)), "t.csv", rows, part=part)


def fit(name, cells):
    return Preprocessor.fit(table_of(name, cells, part="train"))


def block(fitted, name, cells):
    (array,) = fitted.transform(table_of(name, cells)).values()
    return array


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_has_cells_here_and_keeps_the_contract(name):
    train, unseen = CELLS[name]
    assert issubclass(KINDS.get(name).obj, Fitted)
    (column,) = fit(name, train).columns
    assert column.describe()
    assert column.column.kind == name
    array = block(fit(name, train), name, [*train, *unseen])
    assert array.shape == (len(train) + len(unseen), column.width)


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_what_was_fitted_comes_back_from_json(name, gaps, tmp_path):
    train, unseen = CELLS[name]
    fitted = fit(name, [*train, None] if gaps else train)
    fitted.to_json(tmp_path / "p.json")
    again = Preprocessor.from_json(tmp_path / "p.json")
    assert again == fitted
    assert again.spec == fitted.spec
    asked = [*train, *unseen, None]
    np.testing.assert_array_equal(block(again, name, asked), block(fitted, name, asked))


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_gaps_and_unseen_values_stay_within_bounds(name, gaps):
    train, unseen = CELLS[name]
    fitted = fit(name, [*train, None] if gaps else train)
    (feature,) = fitted.spec.features
    array = block(fitted, name, [*unseen, None])
    assert np.isfinite(array).all()
    if feature.block == "categorical":
        assert array.min() >= 0
        assert array.max() < feature.levels
    else:
        assert np.abs(array).max() <= 10
        present = np.array([cell is not None for cell in [*unseen, None]])
        if gaps:
            assert (array[:, -1] == ~present).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_gap_is_told_from_every_value_where_training_had_gaps(name):
    train, unseen = CELLS[name]
    array = block(fit(name, [*train, None]), name, [None, *train, *unseen[:1]])
    assert not (array[1:] == array[0]).all(axis=1).any()


@pytest.mark.parametrize("name", NAMES)
def test_rows_that_are_not_for_training_change_nothing(name):
    train, unseen = CELLS[name]
    split = Split(np.array([0] * 4 + [1, 2, 2], dtype=np.int8), "random")
    states = [
        Preprocessor.fit(table_of(name, [*train, *rest]).take(split, "train"))
        for rest in (unseen, [None] * 3, train[:3])
    ]
    assert states[0] == states[1] == states[2]


@pytest.mark.parametrize("name", NAMES)
def test_a_row_is_encoded_alone_as_among_others(name):
    train, unseen = CELLS[name]
    fitted = fit(name, train)
    cells = [*train, *unseen, None]
    whole = block(fitted, name, cells)
    for place, cell in enumerate(cells):
        np.testing.assert_array_equal(block(fitted, name, [cell])[0], whole[place])


@pytest.mark.parametrize("name", NAMES)
def test_training_rows_are_not_unusual_and_gaps_never_are(name):
    train, _ = CELLS[name]
    fitted = fit(name, train)
    assert list(fitted.unusual(table_of(name, [*train, None]))) == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_to_learn_from_is_refused(name):
    with pytest.raises(TableError, match="no training row has a value"):
        fit(name, [None, None, None])
