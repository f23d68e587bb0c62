import warnings
from datetime import datetime

import numpy as np
import polars as pl
import pytest

from sidelight.errors import (
    ColumnNotFoundError,
    ConfigError,
    DataWarning,
    ImageError,
    TableError,
)
from sidelight.schema import Column, Schema
from sidelight.table import check_table, describe, load_schema, save_schema

SCHEMA = Schema(
    image="file",
    target="label",
    task="binary",
    columns=(
        Column(name="location", kind="location", sources=("lat", "lon")),
        Column(name="alt", kind="numeric", sources=("alt",)),
        Column(name="zone", kind="categorical", sources=("zone",)),
        Column(name="wet", kind="boolean", sources=("wet",)),
        Column(name="when", kind="datetime", sources=("when",)),
    ),
    ignored={"note": "left out on request"},
)


@pytest.fixture
def columns(tmp_path):
    for i in range(8):
        (tmp_path / f"{i}.jpg").write_bytes(b"x")
    return {
        "file": [f"{i}.jpg" for i in range(8)],
        "lat": ["1", "2", "3", "4", "5", "6", "7", ""],
        "lon": ["-180", "360", "3", "4", "5", "6", "7", "8"],
        "alt": ["1.5", "2", "NA", "4", "5", "6", "7", "8"],
        "zone": ["a", " b ", "", "a", "b", "b", "a", "b"],
        "wet": ["yes", "no", "", "no", "yes", "yes", "no", "no"],
        "when": ["2021-03-04"] * 8,
        "label": ["u", "v", "v", "u", "u", "v", "v", "v"],
        "note": ["007"] * 8,
    }


def check(columns, tmp_path, schema=SCHEMA, **options):
    return check_table(
        pl.DataFrame(columns), schema, source="t.csv", image_root=tmp_path, **options
    )


def change(columns, name, **cells):
    changed = list(columns[name])
    for row, cell in cells.items():
        changed[int(row.removeprefix("row")) - 1] = cell
    return {**columns, name: changed}


def test_a_good_table_is_typed(columns, tmp_path):
    table = check(columns, tmp_path)
    assert table.frame.row(0, named=True) == {
        "file": "0.jpg",
        "lat": 1.0,
        "lon": -180.0,
        "alt": 1.5,
        "zone": "a",
        "wet": True,
        "when": datetime(2021, 3, 4),
        "label": "u",
        "note": "007",
    }
    assert table.frame.row(2, named=True)["alt"] is None
    assert table.rows.tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    assert table.images[3] == tmp_path / "3.jpg"
    assert (table.dropped, table.notes) == ({}, ())


def test_all_bad_cells_of_all_columns_are_one_error(columns, tmp_path):
    bad = change(columns, "lat", row3="91", row5="-90.01")
    bad = change(bad, "alt", row2="inf", row6="?")
    bad = change(bad, "label", row8="")
    with pytest.raises(TableError) as caught:
        check(bad, tmp_path)
    assert caught.value.rows == [2, 3, 5, 6, 8]
    for said in (
        "column 'lat': 2 cells are outside [-90, 90] degrees (rows 3, 5: 91.0, -90.01)",
        "column 'alt': 1 cell is not a number (row 6: '?')",
        "1 cell is infinite (row 2: 'inf')",
        "column 'label': the target is missing in 1 row (row 8)",
    ):
        assert said in str(caught.value)


def test_one_bad_column_is_named_with_file_rows_and_values(columns, tmp_path):
    with pytest.raises(TableError, match=r"Column 'lat' in t\.csv") as caught:
        check(change(columns, "lat", row3="91"), tmp_path)
    assert caught.value.column == "lat"
    assert (caught.value.rows, caught.value.values) == ([3], [91.0])


def test_bad_rows_are_dropped_and_counted_on_request(columns, tmp_path):
    bad = change(columns, "lat", row3="91")
    bad = change(bad, "label", row3="", row5="")
    bad = change(bad, "file", row8="none.jpg")
    with pytest.warns(DataWarning, match=r"3 of 8 rows of t\.csv are left out"):
        table = check(bad, tmp_path, on_bad="drop", learn=False)
    assert table.rows.tolist() == [1, 2, 4, 6, 7]
    assert [p.name for p in table.images] == [f"{i}.jpg" for i in (0, 1, 3, 5, 6)]
    assert table.dropped == {
        "a latitude or longitude out of range": 1,
        "no target": 1,
        "no such picture": 1,
    }
    assert len(table.notes) == 1


def test_dropping_does_not_cure_dates_in_two_formats(columns, tmp_path):
    bad = change(columns, "when", row2="04/03/2021")
    with pytest.raises(TableError, match="2 formats"):
        check(bad, tmp_path, on_bad="drop")


def test_a_class_left_with_one_row_after_dropping_pictures_goes_too(columns, tmp_path):
    bad = {**columns, "label": ["u", "v", "v", "u", "v", "v", "w", "w"]}
    schema = SCHEMA.model_copy(update={"task": "multiclass"})
    bad = change(bad, "file", row7="none.jpg")
    with pytest.warns(DataWarning):
        table = check(bad, tmp_path, schema, on_bad="drop")
    assert table.rows.tolist() == [1, 2, 3, 4, 5, 6]
    assert len(table.images) == 6
    assert table.dropped == {"no such picture": 1, "a class with a single row": 1}


def test_no_row_left_is_an_error(columns, tmp_path):
    bad = {**columns, "file": ["x.jpg"] * 8}
    with pytest.raises(ImageError, match="no row is left"):
        check(bad, tmp_path, on_bad="drop")


def test_bad_pictures_are_one_error(columns, tmp_path):
    bad = change(columns, "file", row2="x.jpg", row4="", row6="0.jpg")
    with pytest.raises(ImageError) as caught:
        check(bad, tmp_path)
    assert caught.value.rows == [2, 4, 6]
    for said in (
        "Column 'file' in t.csv",
        "1 cell names no picture (row 4)",
        "1 file does not exist (row 2: 'x.jpg')",
        "1 row names a picture that an earlier row names (row 6: '0.jpg')",
    ):
        assert said in str(caught.value)


def test_missing_columns_are_named_together(columns, tmp_path):
    del columns["alt"]
    with pytest.raises(ColumnNotFoundError, match="no column 'alt'"):
        check(columns, tmp_path)
    del columns["lon"]
    with pytest.raises(TableError, match="2 columns are missing: 'lon', 'alt'"):
        check(columns, tmp_path)


def test_rows_to_predict_may_have_one_class_and_leave_pictures_out(columns, tmp_path):
    few = {name: cells[:2] for name, cells in columns.items()}
    few["label"] = ["u", "u"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(check(few, tmp_path, learn=False)) == 2
    with pytest.raises(TableError, match="nothing to learn"):
        check(few, tmp_path)


def test_a_leak_and_unnamed_pictures_are_warned_of_and_noted(columns, tmp_path):
    (tmp_path / "extra.png").write_bytes(b"x")
    leaky = {**columns, "zone": columns["label"]}
    with pytest.warns() as caught:
        table = check(leaky, tmp_path)
    assert tuple(str(w.message) for w in caught) == table.notes
    assert "'zone' equals" in table.notes[0]
    assert "extra.png" in table.notes[1]


def test_a_subset_keeps_rows_pictures_and_notes(columns, tmp_path):
    part = check(columns, tmp_path).at(np.array([5, 2]), "train")
    assert part.rows.tolist() == [6, 3]
    assert [p.name for p in part.images] == ["5.jpg", "2.jpg"]
    assert (part.part, len(part), part.target().to_list()) == ("train", 2, ["v", "v"])


def test_a_table_without_target_says_so(columns, tmp_path):
    schema = SCHEMA.model_copy(update={"target": None, "task": None})
    with pytest.raises(ValueError, match="no target column"):
        check(columns, tmp_path, schema).target()


def test_describe_has_one_record_per_column(columns, tmp_path):
    records = {r["name"]: r for r in describe(check(columns, tmp_path))}
    assert list(records) == [
        *("file", "label", "location", "alt", "zone", "wet", "when", "note")
    ]
    assert records["location"] == {
        "name": "location",
        "kind": "location",
        "sources": ["lat", "lon"],
        "missing": 1,
        "distinct": 7,
        "examples": ["1, -180", "2, 360", "3, 3"],
        "reason": "",
    }
    assert records["label"]["kind"] == "target"
    assert records["label"]["reason"] == "binary"
    assert records["note"]["kind"] == "ignored"
    assert records["note"]["reason"] == "left out on request"
    assert records["when"]["examples"] == ["2021-03-04"]


def test_a_schema_is_saved_and_loaded(tmp_path):
    path = tmp_path / "schema.json"
    path.write_text("old")
    save_schema(SCHEMA, path)
    assert load_schema(path) == SCHEMA
    assert path.read_text().startswith('{\n  "image": "file"')
    assert [p.name for p in tmp_path.iterdir()] == ["schema.json"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no such schema file"),
        ("{", "no schema"),
        ('{"imge": "x"}', "imge: Extra inputs"),
        ('{"columns": [{"name": "a", "kind": "fruit", "sources": ["a"]}]}', "kind"),
    ],
)
def test_a_damaged_schema_is_refused(tmp_path, content, said):
    path = tmp_path / "schema.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigError, match=said) as caught:
        load_schema(path)
    assert str(path) in str(caught.value)
