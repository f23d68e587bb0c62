import subprocess
import sys
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from sidelight.errors import (
    ColumnNotFoundError,
    ConfigError,
    DataWarning,
    ImageError,
    TableError,
)
from sidelight.readers import find_reader, read_table
from sidelight.registry import READERS

N = 12


@pytest.fixture
def columns():
    return {
        "file": [f"chips/{i}.jpg" for i in range(N)],
        "lat": [f"{i - 5}.5" for i in range(N)],
        "lon": [f"{i * 9}" for i in range(N)],
        "zone": ["abc"[i % 3] for i in range(N)],
        "part": (["train"] * 3 + ["test"]) * 3,
        "site": [f"0{i % 4}" for i in range(N)],
        "label": ["u" if i % 5 < 2 else "v" for i in range(N)],
    }


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "chips").mkdir()
    for i in range(N):
        (tmp_path / "chips" / f"{i}.jpg").write_bytes(b"x")
    return tmp_path


@pytest.fixture
def write(folder):
    def write(columns, name="t.csv"):
        pl.DataFrame(columns).write_csv(folder / name)
        return folder / name

    return write


ROLES = {"image": "file", "target": "label", "drop": ["part", "site"]}


def test_a_table_is_read_from_end_to_end(write, columns, folder):
    table = read_table(write(columns), keep=["part", "site"], **ROLES)
    assert [(c.name, c.kind) for c in table.schema.columns] == [
        ("location", "location"),
        ("zone", "categorical"),
    ]
    assert table.schema.task == "binary"
    assert table.frame["lat"].dtype == pl.Float64
    assert table.frame["site"].to_list()[:2] == ["00", "01"]
    assert table.images[0] == folder / "chips" / "0.jpg"
    assert table.source == str(folder / "t.csv")


def test_every_source_gives_the_same_table(write, columns, folder, monkeypatch):
    monkeypatch.chdir(folder)
    path = write(columns)
    frame = pl.DataFrame(columns)
    frame.write_parquet("t.parquet")
    sources = [
        *(str(path), path, "t.parquet", frame, frame.to_arrow()),
        *(pd.DataFrame(columns), pd.DataFrame(columns, index=range(5, 5 + N))),
    ]
    first, *others = [read_table(source, **ROLES) for source in sources]
    for table in others:
        assert table.frame.equals(first.frame)
        assert (table.schema, table.images) == (first.schema, first.images)


def test_pictures_can_be_in_another_folder(write, columns, folder):
    bare = {**columns, "file": [f"{i}.jpg" for i in range(N)]}
    path = write(bare)
    assert len(read_table(path, images=folder / "chips", **ROLES)) == N
    with pytest.raises(ImageError, match="12 files do not exist"):
        read_table(path, **ROLES)
    with pytest.raises(ConfigError, match="does not exist"):
        read_table(path, images=folder / "none", **ROLES)


def test_a_mistyped_column_suggests_the_nearest(write, columns):
    with pytest.raises(ColumnNotFoundError, match="Did you mean 'label'"):
        read_table(write(columns), image="file", target="lable")
    with pytest.raises(ColumnNotFoundError, match="Did you mean 'part'"):
        read_table(write(columns), keep=["prt"], **ROLES)


def test_new_rows_are_read_by_a_runs_schema(write, columns):
    schema = read_table(write(columns), **ROLES).schema
    new = {name: columns[name][:3] for name in reversed(columns) if name != "label"}
    new = {"extra": ["?"] * 3, **new, "zone": ["a", "never", "a"]}
    table = read_table(write(new, "new.csv"), schema=schema)
    assert (table.schema.target, table.schema.task) == (None, None)
    assert table.schema.columns == schema.columns
    assert table.frame["zone"].to_list() == ["a", "never", "a"]
    assert table.frame["lat"].to_list() == [-5.5, -4.5, -3.5]


def test_an_empty_target_column_is_as_good_as_none(write, columns):
    schema = read_table(write(columns), **ROLES).schema
    table = read_table(write({**columns, "label": [""] * N}), schema=schema)
    assert table.schema.target is None


def test_known_answers_are_read_but_not_judged(write, columns):
    schema = read_table(write(columns), **ROLES).schema
    path = write({**columns, "label": ["u"] * N})
    assert read_table(path, schema=schema).target().to_list() == ["u"] * N
    with pytest.raises(TableError, match="nothing to learn"):
        read_table(path, schema=schema, learn=True)


def test_a_column_missing_at_prediction_time_is_named(write, columns):
    schema = read_table(write(columns), **ROLES).schema
    del columns["lon"], columns["zone"]
    with pytest.raises(TableError, match="2 columns are missing: 'lon', 'zone'"):
        read_table(write(columns), schema=schema)


def test_bad_rows_are_dropped_on_request(write, columns, folder):
    (folder / "chips" / "4.jpg").unlink()
    columns["file"][4] = "chips/none.jpg"
    with pytest.warns(DataWarning, match="1 of 12 rows"):
        table = read_table(write(columns), on_bad="drop", **ROLES)
    assert table.dropped == {"no such picture": 1}
    assert 5 not in table.rows


def test_decimal_commas_and_null_words_are_passed_on(write, columns):
    columns["alt"] = [f"{i},5" for i in range(N - 1)] + ["?"]
    path = write(columns)
    table = read_table(path, decimal=",", null_values=["?"], **ROLES)
    assert table.frame["alt"].to_list() == [i + 0.5 for i in range(N - 1)] + [None]
    with pytest.raises(TableError, match="decimal comma"):
        read_table(path, **ROLES)


def test_a_location_can_be_named(write, columns):
    columns["north"], columns["east"] = columns.pop("lat"), columns.pop("lon")
    table = read_table(write(columns), lat="north", lon="east", **ROLES)
    assert table.schema.column("location").sources == ("north", "east")


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "'a' is the name of columns"),
        (pd.DataFrame({"a": [1, "x"]}, dtype=object), "Column 'a' in the pandas table"),
        (pd.DataFrame({"a": [1j, 2j]}), "Column 'a' in the pandas table"),
        (pd.DataFrame({"a": []}), "no rows"),
        (pl.DataFrame({"a": []}), "no rows"),
        (
            pa.table({"a": pa.array([(1, 2, 3)], pa.month_day_nano_interval())}),
            "Column 'a' in the pyarrow table: cells of type .* cannot be read",
        ),
    ],
)
def test_frames_that_cannot_be_used(frame, said):
    with pytest.raises(TableError, match=said):
        read_table(frame)


class FrameOfAnotherPackage(pd.DataFrame):
    """A frame of pandas by descent, as GeoPandas has them."""


def test_a_frame_that_descends_from_one_of_pandas_is_one():
    table = read_table(FrameOfAnotherPackage({"a": [1.5, 2.5]}))
    assert table.source == "the pandas table"
    assert table.frame["a"].to_list() == [1.5, 2.5]


def test_periods_of_pandas_are_the_numbers_they_are_stored_as():
    years = pd.period_range("1971", "1972", freq="Y")
    assert read_table(pd.DataFrame({"a": years})).frame["a"].to_list() == [1, 2]


def test_pandas_labels_that_are_numbers_become_text():
    assert read_table(pd.DataFrame({0: [1.5, 2.5]})).frame.columns == ["0"]


@pytest.mark.parametrize(
    ("source", "options", "error", "said"),
    [
        (3, {}, ConfigError, "cannot be read from an object of type int"),
        (pl.DataFrame({"a": [1]}), {"sql": "select"}, ConfigError, "in memory"),
        (
            pl.DataFrame({"a": [1]}),
            {"on_bad": "skip"},
            ConfigError,
            "'error' or 'drop'",
        ),
        (pl.DataFrame({"a": [1]}), {"decimal": ";"}, ConfigError, "decimal is ';'"),
    ],
)
def test_wishes_that_cannot_be_met(source, options, error, said):
    with pytest.raises(error, match=said):
        read_table(source, **options)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("a.csv", "csv"),
        ("A.TSV", "csv"),
        ("a.parquet", "parquet"),
        ("sqlite:///a", "sqlite"),
        ("a.sqlite", "sqlite"),
        ("a.duckdb", "duckdb"),
        ("a.xlsx", "excel"),
        ("a.jsonl", "jsonl"),
        ("a.feather", "arrow"),
    ],
)
def test_a_reader_is_found_by_the_looks_of_the_source(source, name):
    assert isinstance(find_reader(source), READERS.get(name).obj)


def test_an_unknown_kind_of_table_lists_the_readers(tmp_path):
    with pytest.raises(TableError, match="no such file"):
        find_reader(str(tmp_path / "t.ods"))
    (tmp_path / "t.ods").write_bytes(b"PK")
    with pytest.raises(TableError, match=r"no reader knows.*csv.*parquet.*sqlite"):
        find_reader(str(tmp_path / "t.ods"))


def test_reading_a_csv_imports_neither_pandas_nor_tensorflow(write, columns):
    code = (
        "import sys; from sidelight.readers import read_table; "
        f"read_table({str(write(columns))!r}, image='file', target='label'); "
        "print({'pandas', 'tensorflow', 'keras'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_a_home_folder_is_found(write, columns, folder, monkeypatch):
    write(columns)
    monkeypatch.setenv("HOME", str(folder))
    assert len(read_table(Path("~") / "t.csv", **ROLES)) == N


def test_an_address_on_the_web_is_no_file():
    with pytest.raises(TableError, match="no reader knows"):
        find_reader("https://example.org/t.csv")


@pytest.mark.parametrize("target", ["nowhere.csv", "t.csv"], ids=["lost", "circle"])
def test_a_link_that_leads_nowhere_is_called_that(tmp_path, target):
    link = tmp_path / "t.csv"
    link.symlink_to(tmp_path / target)
    with pytest.raises(TableError, match=f"link leads to no file.*{target}"):
        read_table(link)


def test_a_file_that_cannot_be_opened_is_named(write, columns, monkeypatch):
    def refuse(self):
        raise PermissionError(13, "Permission denied")

    path = write(columns)
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(TableError, match=r"t\.csv: .*Permission denied"):
        read_table(path)


def test_a_schema_leaves_no_room_for_wishes(write, columns):
    path = write(columns)
    schema = read_table(path, **ROLES).schema
    with pytest.raises(ConfigError, match="kinds and task cannot be given"):
        read_table(path, schema=schema, kinds={"zone": "numeric"}, task="binary")


def test_an_edited_schema_may_leave_the_task_to_be_told(write, columns):
    path = write(columns)
    schema = read_table(path, **ROLES).schema
    bare = schema.model_copy(update={"target": None, "task": None})
    assert read_table(path, schema=bare, target="label").schema.task == "binary"
    edited = schema.model_copy(update={"task": None})
    assert read_table(path, schema=edited, learn=True).schema.task == "binary"


def test_other_names_may_be_given_beside_a_schema(write, columns):
    schema = read_table(write(columns), **ROLES).schema
    columns["picture"], columns["answer"] = columns.pop("file"), columns.pop("label")
    path = write(columns)
    table = read_table(path, schema=schema, image="picture", target="answer")
    assert (len(table.images), table.target()[0]) == (N, "u")
    with pytest.raises(ColumnNotFoundError, match="no column 'label'"):
        read_table(path, schema=schema, image="picture", target="label")


def test_text_of_a_frame_that_is_none_is_refused():
    with pytest.raises(TableError, match=r"Column 'a'.*NUL character \(row 2"):
        read_table(pl.DataFrame({"a": ["x", "y\0"]}))
    cells = pd.Series(["x", "\ud800y"], dtype=object)
    said = r"Column 'a' in the pandas table: .*lone surrogates\) \(row 2\)"
    with pytest.raises(TableError, match=said):
        read_table(pd.DataFrame({"a": cells}))
