"""The whole preprocessor: who may be fitted on, the blocks, the policies, the file."""

import json

import numpy as np
import polars as pl
import pytest

from sidelight.errors import ConfigError, NotTrainingDataError, RunError, TableError
from sidelight.preprocessing import Preprocessor
from sidelight.schema import Column, Schema
from sidelight.splits import Split
from sidelight.table import Table

AGE = Column(name="age", kind="numeric", sources=("age",))
SITE = Column(name="site", kind="categorical", sources=("site",))
SURE = Column(name="sure", kind="boolean", sources=("sure",))
FRAME = pl.DataFrame(
    {
        "age": [1.0, 3.0, None, 5.0],
        "site": ["b", "a", "b", "a"],
        "sure": [True, False, True, True],
        "y": ["no", "yes", "no", "yes"],
    }
)


def table_of(frame=FRAME, *, part="train", target="y", task="binary", columns=None):
    columns = (AGE, SITE, SURE) if columns is None else columns
    schema = Schema(target=target, task=task, columns=columns)
    rows = np.arange(11, 11 + frame.height)
    return Table(frame, schema, "t.csv", rows, part=part)


@pytest.mark.parametrize("part", ["all", "val", "test"])
def test_only_training_rows_are_fitted(part):
    with pytest.raises(NotTrainingDataError, match=repr(part)):
        Preprocessor.fit(table_of(part=part))


def test_rows_taken_for_training_are_fitted_and_others_do_not_count():
    split = Split(np.array([0, 0, 1, 2], dtype=np.int8), "random")
    fitted = Preprocessor.fit(table_of(part="all").take(split, "train"))
    assert fitted.columns[0].center == 2
    assert fitted.columns[0].missing == 0


def test_blocks_hold_each_column_where_the_spec_says():
    fitted = Preprocessor.fit(table_of())
    spec = fitted.spec
    assert (spec.num_numeric, spec.num_categorical) == (3, 1)
    places = [(f.name, f.block, f.start, f.width, f.levels) for f in spec.features]
    assert places == [
        ("age", "numeric", 0, 2, 0),
        ("site", "categorical", 0, 1, 5),
        ("sure", "numeric", 2, 1, 0),
    ]
    blocks = fitted.transform(table_of(part="test"))
    assert blocks["numeric"].dtype == np.float32
    assert blocks["categorical"].dtype == np.int32
    assert blocks["numeric"][:, 2].tolist() == [1, -1, 1, 1]
    assert blocks["numeric"][:, 1].tolist() == [0, 0, 1, 0]
    assert blocks["categorical"].tolist() == [[4], [3], [4], [3]]


def test_a_block_without_columns_is_not_there():
    fitted = Preprocessor.fit(table_of(columns=(SURE,)))
    assert list(fitted.transform(table_of())) == ["numeric"]
    nothing = Preprocessor.fit(table_of(columns=()))
    assert nothing.transform(table_of()) == {}
    assert nothing.spec.width == 0


def test_no_row_at_all_gives_empty_blocks():
    blocks = Preprocessor.fit(table_of()).transform(table_of(FRAME.head(0)))
    assert blocks["numeric"].shape == (0, 3)
    assert blocks["categorical"].shape == (0, 1)


def test_gaps_that_may_not_be_are_refused_in_training_and_later():
    strict = (AGE.model_copy(update={"missing": "error"}),)
    with pytest.raises(TableError, match="1 cells are missing") as caught:
        Preprocessor.fit(table_of(columns=strict))
    assert (caught.value.rows, caught.value.column) == ([13], "age")
    fitted = Preprocessor.fit(table_of(FRAME[[0, 1, 3]], columns=strict))
    with pytest.raises(TableError, match="none may be"):
        fitted.transform(table_of(columns=strict))


def test_rows_to_drop_are_those_with_a_gap_under_that_policy():
    assert len(Preprocessor.fit(table_of()).rows_to_drop(table_of())) == 0
    dropping = table_of(columns=(AGE.model_copy(update={"missing": "drop"}),))
    assert Preprocessor.fit(dropping).rows_to_drop(dropping).tolist() == [2]


def test_classes_are_in_order_and_a_class_unseen_is_named_with_its_rows():
    fitted = Preprocessor.fit(table_of())
    assert fitted.classes == ["no", "yes"]
    target = fitted.encode_target(table_of())
    assert (target.tolist(), target.dtype) == ([0, 1, 0, 1], np.int32)
    other = FRAME.with_columns(y=pl.Series(["no", "perhaps", "yes", "never"]))
    with pytest.raises(TableError, match="2 rows have a class") as caught:
        fitted.encode_target(table_of(other, part="test"))
    assert caught.value.rows == [12, 14]
    assert caught.value.values == ["perhaps", "never"]
    assert "no, yes" in str(caught.value)


def test_amounts_are_scaled_and_come_back():
    frame = FRAME.with_columns(y=pl.Series([2.0, 4.0, 6.0, 8.0]))
    table = table_of(frame, task="regression")
    fitted = Preprocessor.fit(table)
    assert (fitted.classes, fitted.target.centers) == ([], (5,))
    assert fitted.target.spreads == pytest.approx((5**0.5,))
    scaled = fitted.encode_target(table)
    assert scaled.dtype == np.float32
    assert scaled.mean() == pytest.approx(0, abs=1e-7)
    assert scaled.std() == pytest.approx(1, rel=1e-6)
    assert fitted.decode_target(scaled).tolist() == pytest.approx([2, 4, 6, 8])


def test_a_constant_amount_can_be_encoded():
    frame = FRAME.with_columns(y=pl.lit(7.0))
    fitted = Preprocessor.fit(table_of(frame, task="regression"))
    assert fitted.encode_target(table_of(frame)).tolist() == [0, 0, 0, 0]


def test_without_a_target_there_is_nothing_to_encode():
    fitted = Preprocessor.fit(table_of(target=None, task=None))
    assert (fitted.target, fitted.classes) == (None, [])
    with pytest.raises(TableError, match="no target in the training rows"):
        fitted.encode_target(table_of())


def test_the_file_holds_everything(tmp_path):
    fitted = Preprocessor.fit(table_of())
    fitted.to_json(tmp_path / "p.json")
    again = Preprocessor.from_json(tmp_path / "p.json")
    assert again == fitted
    assert json.loads((tmp_path / "p.json").read_text())["version"] == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "damaged"),
        ("[1]", "damaged"),
        ("{", "damaged"),
        ('{"version": 99, "columns": [], "target": null}', "Update sidelight"),
        ('{"version": 1, "columns": [{"column": {}}], "target": null}', "damaged"),
        ('{"version": 1, "columns": [], "target": {"name": 3}}', "damaged"),
    ],
)
def test_a_damaged_file_is_named(tmp_path, text, said):
    path = tmp_path / "p.json"
    path.write_text(text)
    with pytest.raises(RunError, match=said) as caught:
        Preprocessor.from_json(path)
    assert caught.value.path == str(path)


def test_what_is_done_is_told_column_by_column():
    told = Preprocessor.fit(table_of()).describe()
    assert [row["column"] for row in told] == ["age", "site", "sure", "y"]
    assert [row["missing"] for row in told] == [1, 0, 0, 0]
    assert told[-1]["what is done"] == "2 classes: no, yes"


def test_rows_unlike_training_are_noticed():
    fitted = Preprocessor.fit(table_of())
    assert list(fitted.unusual(table_of())) == []
    odd = FRAME.with_columns(
        age=pl.Series([0.0, 2.0, None, 9.0]), site=pl.Series(["a", "q", "b", "b"])
    )
    table = table_of(odd, part="test")
    found = [(*said, table.rows[at].tolist()) for *said, at in fitted.unusual(table)]
    assert found == [
        ("age", "outside 1 to 5", [11, 14]),
        ("site", "never seen in training", [12]),
    ]


@pytest.mark.parametrize(
    ("column", "policy"),
    [(AGE, "level"), (SITE, "mean"), (SITE, "median"), (SURE, "most_frequent")],
)
def test_a_policy_that_a_kind_does_not_have_is_refused(column, policy):
    wrong = (column.model_copy(update={"missing": policy}),)
    with pytest.raises(ConfigError, match=f"no missing policy '{policy}'") as caught:
        Preprocessor.fit(table_of(columns=wrong))
    assert caught.value.column == column.name
    assert "auto" in caught.value.fix


def test_nan_is_a_gap():
    nan = float("nan")
    place = Column(name="location", kind="location", sources=("lat", "lon"))
    gaps = pl.DataFrame(
        {"age": [1.0, 3.0, None, 5.0], "lat": [None, 1.0, 2.0, 3.0], "lon": [0.0] * 4}
    )
    nans = gaps.fill_null(nan)
    assert nans["age"].is_nan().sum() == 1
    options = {"columns": (AGE, place), "target": None, "task": None}
    fitted = Preprocessor.fit(table_of(nans, **options))
    assert fitted == Preprocessor.fit(table_of(gaps, **options))
    found = fitted.transform(table_of(nans, **options))["numeric"]
    wanted = fitted.transform(table_of(gaps, **options))["numeric"]
    np.testing.assert_array_equal(found, wanted)
    assert list(fitted.unusual(table_of(nans, **options))) == []
    strict = (AGE.model_copy(update={"missing": "error"}),)
    with pytest.raises(TableError) as caught:
        Preprocessor.fit(table_of(nans, **{**options, "columns": strict}))
    assert caught.value.rows == [13]


@pytest.mark.parametrize("dtype", [pl.Int64, pl.UInt8, pl.Float32])
def test_numbers_of_any_type_are_encoded_alike(dtype):
    options = {"columns": (AGE,), "target": None, "task": None}
    frame = pl.DataFrame({"age": [1, 2, None, 5, 9]})
    blocks = []
    for kind in (dtype, pl.Float64):
        table = table_of(frame.cast(kind), **options)
        blocks.append(Preprocessor.fit(table).transform(table)["numeric"])
    np.testing.assert_array_equal(*blocks)
