"""Rows of plain values: what is taken, what is refused, and what they become."""

import json
from datetime import datetime

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from sidelight.export import Subject
from sidelight.pixels import ImageRule
from sidelight.predictor import Predictor, TrainedOn, as_inputs, row_model
from sidelight.predictor._rows import NOT_A_TIME, columns_of
from sidelight.preprocessing import Preprocessor
from sidelight.registry import GRAPHS
from sidelight.table import Table
from sidelight.testing._exporters import every_kind

TABLE = every_kind()
DEPTH = "depth (m) 深さ"
ROW = {
    DEPTH: 4.5,
    "image": 2,
    "sensor": "ä",
    "ground": ["sand", "mud"],
    "night": True,
    "taken": "2020-01-05T02:00:00+02:00",
    "lat": -90,
    "lon": 180,
}


class Network:
    """Takes what there is; is never asked."""

    input = ("numeric", "categorical")


@pytest.fixture(scope="module")
def signature():
    fitted = Preprocessor.fit(TABLE)
    rule = ImageRule(height=8, width=8, bands=3)
    return Subject(Predictor(Network(), fitted, TABLE.schema, rule)).signature


@pytest.fixture(scope="module")
def row(signature):
    model = row_model(signature)
    return lambda **changes: columns_of(model.model_validate({**ROW, **changes}))


def test_each_kind_becomes_what_a_file_takes(signature, row):
    found = as_inputs(signature, [row()])
    assert found[DEPTH].tolist() == [4.5]
    assert found["meta_image"].tolist() == [2.0]
    assert found["sensor"].tolist() == ["ä"]
    assert found["ground"].tolist() == ["sand;mud"]
    assert found["night"].tolist() == [1.0]
    assert found["taken"].tolist() == [int(datetime(2020, 1, 5).timestamp())]
    assert found["lat"].tolist() == [-90.0]
    assert {name: str(array.dtype) for name, array in found.items()} == {
        DEPTH: "float64",
        "meta_image": "float64",
        "sensor": "object",
        "ground": "object",
        "night": "float64",
        "taken": "int64",
        "lat": "float64",
        "lon": "float64",
    }


def test_a_gap_is_null_or_left_out(signature):
    model = row_model(signature)
    rows = [model.model_validate(dict.fromkeys(ROW)), model.model_validate({})]
    found = as_inputs(signature, [columns_of(row) for row in rows])
    for name in (DEPTH, "meta_image", "night", "lat", "lon"):
        assert np.isnan(found[name]).all()
    assert found["sensor"].tolist() == found["ground"].tolist() == ["", ""]
    assert found["taken"].tolist() == [NOT_A_TIME] * 2


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (DEPTH, "deep", "valid number"),
        (DEPTH, True, "no numbers"),
        (DEPTH, float("nan"), "finite"),
        (DEPTH, float("inf"), "finite"),
        (DEPTH, 1e31, "equal to 10{30}"),
        ("lat", 90.5, "equal to 90"),
        ("lon", -181, "equal to -180"),
        ("taken", 1e9, "2024-05-01T10:00:00Z"),
        ("taken", "yesterday", "valid datetime"),
        ("night", "perhaps", "valid boolean"),
        ("sensor", ["a"], "valid string"),
        ("sensor", "x" * 10_001, "at most 10000"),
        ("ground", [1], "valid string"),
        ("colour", "red", "not permitted"),
    ],
)
def test_what_is_no_cell_is_refused_by_name(row, column, value, said):
    with pytest.raises(ValidationError, match=said) as refused:
        row(**{column: value})
    assert refused.value.errors()[0]["loc"] == (column,)


def test_a_column_whose_gaps_are_errors_is_required(signature):
    columns = [
        c.model_copy(update={"missing": "error"}) if c.column == DEPTH else c
        for c in signature.columns
    ]
    model = row_model(signature.model_copy(update={"columns": tuple(columns)}))
    with pytest.raises(ValidationError, match="Field required") as refused:
        model.model_validate({})
    assert refused.value.errors()[0]["loc"] == (DEPTH,)


def test_the_schema_of_a_row_has_the_columns_own_names(signature):
    schema = row_model(signature).model_json_schema()
    assert list(schema["properties"]) == list(ROW)
    assert json.dumps(schema)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({}, {}),
        ({DEPTH: 1000}, {DEPTH: "outside"}),
        ({"sensor": "new"}, {"sensor": "never seen"}),
        ({"sensor": "7.0"}, {}),
        ({"sensor": 7}, {}),
        ({"sensor": "NA"}, {}),
        ({"ground": "sand| new"}, {"ground": "never seen"}),
        ({"ground": " sand ;;a*b"}, {}),
        ({"taken": "2021-01-01"}, {"taken": "outside"}),
        ({"taken": "2019-12-30T00:00:00Z"}, {}),
        ({"taken": "2019-12-30T00:00:00+01:00"}, {"taken": "outside"}),
    ],
)
def test_what_is_unlike_training_is_said_as_of_tables(signature, row, changes, what):
    found = TrainedOn(signature).unusual(row(**changes))
    assert [flag.column for flag in found] == list(what)
    for flag, said in zip(found, what.values(), strict=True):
        assert said in flag.what


def test_rows_of_tables_are_flagged_alike(signature):
    """Every kind's odd cells: `TrainedOn` here, `Fitted.unusual` on a table."""
    fitted = Preprocessor.fit(TABLE)
    rng = np.random.default_rng(3)
    cells = {}
    for column in fitted.columns:
        cells |= GRAPHS.get(column.column.kind).obj(column, ()).samples(200, rng)
    frame = pl.DataFrame(cells)
    table = Table(frame, TABLE.schema, "rows", np.arange(1, 201))
    trained_on = TrainedOn(signature)
    for column in fitted.columns:
        masks = column.unusual(table.frame).values()
        wanted = np.any([*masks, np.zeros(200, bool)], axis=0)
        found = [
            column.column.name in [flag.column for flag in trained_on.unusual(row)]
            for row in frame.iter_rows(named=True)
        ]
        assert found == wanted.tolist(), column.column.name
