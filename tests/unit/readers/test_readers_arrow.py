import datetime as dt
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pytest

from sidelight.errors import TableError
from sidelight.readers.tables.arrow import ArrowReader

ROWS = {
    "file": ["a", "b"],
    "zone": pa.array(["x", "y"]).dictionary_encode(),
    "x": [Decimal("1.25"), None],
    "seen": pa.array([dt.datetime(2021, 3, 4, 10), None], pa.timestamp("ms", "+02:00")),
}


def write(path, rows, *, stream=False):
    table = rows if isinstance(rows, pa.Table) else pa.table(rows)
    make = pa.ipc.new_stream if stream else pa.ipc.new_file
    with make(str(path), table.schema) as writer:
        writer.write_table(table)
    return str(path)


@pytest.mark.parametrize("name", ["t.arrow", "t.feather", "t.IPC", "t.arrows"])
@pytest.mark.parametrize("stream", [False, True])
def test_files_and_streams_keep_their_types(tmp_path, name, stream):
    frame = ArrowReader().read(write(tmp_path / name, ROWS, stream=stream))
    assert frame.to_dict(as_series=False) == {
        "file": ["a", "b"],
        "zone": ["x", "y"],
        "x": [1.25, None],
        "seen": [dt.datetime(2021, 3, 4, 10, tzinfo=dt.UTC), None],
    }
    assert frame.schema["x"] == pl.Float64
    assert frame.schema["seen"].time_zone == "UTC"


def test_what_polars_writes_is_read(tmp_path):
    frame = pl.DataFrame({"a": [1, None], "b": ["x", "ü"], "c": [True, False]})
    frame.write_ipc(tmp_path / "t.feather", compression="zstd")
    assert ArrowReader().read(str(tmp_path / "t.feather")).equals(frame)


@pytest.mark.parametrize("keep", [3, 40, 300])
def test_a_cut_file_is_refused(tmp_path, keep):
    path = tmp_path / "t.arrow"
    write(path, ROWS)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(TableError, match=r"no Arrow file.*cut off while copying"):
        ArrowReader().read(str(path))


def test_a_column_that_stands_twice_and_an_old_file_are_refused(tmp_path):
    twice = pa.table([[1], [2]], names=["a", "a"])
    with pytest.raises(TableError, match="'a' is the name of columns 1 and 2"):
        ArrowReader().read(write(tmp_path / "t.arrow", twice))
    (tmp_path / "old.feather").write_bytes(b"FEA1" + bytes(100))
    with pytest.raises(TableError, match="Feather version 1"):
        ArrowReader().read(str(tmp_path / "old.feather"))


def test_a_nul_in_text_is_refused_with_its_rows(tmp_path):
    rows = {"a": [1, 2, 3], "b": ["x", "y\0z", "\0"]}
    said = r"Column 'b'.*t\.arrow: 2 cells hold a NUL character \(rows 2, 3: 'y\\x00z'"
    with pytest.raises(TableError, match=said):
        ArrowReader().read(write(tmp_path / "t.arrow", rows))
