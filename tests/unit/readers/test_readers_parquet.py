import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sidelight.errors import TableError
from sidelight.readers.tables.parquet import ParquetReader


def test_columns_keep_their_types(tmp_path):
    frame = pl.DataFrame({"a": [1, None], "b": ["x", "007"], "c": [True, False]})
    path = tmp_path / "odd [*].parquet"
    frame.write_parquet(path)
    assert ParquetReader().read(str(path)).equals(frame)


def test_geometries_as_geopandas_writes_them_are_bytes(tmp_path):
    named = {"ARROW:extension:name": "geoarrow.wkb"}
    field = pa.field("geometry", pa.binary(), metadata=named)
    table = pa.table([pa.array([b"\1", b"\2"])], schema=pa.schema([field]))
    pq.write_table(table, tmp_path / "t.parquet")
    frame = ParquetReader().read(str(tmp_path / "t.parquet"))
    assert frame.schema == {"geometry": pl.Binary}
    assert frame["geometry"].to_list() == [b"\1", b"\2"]


@pytest.mark.parametrize("keep", [3, 40])
def test_a_cut_file_is_refused(tmp_path, keep):
    path = tmp_path / "t.parquet"
    pl.DataFrame({"a": [1, 2]}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(TableError, match="no Parquet file"):
        ParquetReader().read(str(path))


def test_a_table_without_rows_is_refused(tmp_path):
    path = tmp_path / "t.pq"
    pl.DataFrame({"a": []}).write_parquet(path)
    with pytest.raises(TableError, match="no rows"):
        ParquetReader().read(str(path))
