import gzip
import io
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from polars.testing import assert_frame_equal, assert_series_equal
from polars.testing.parametric import series

from sidelight.errors import DiskFullError, MissingPackageError, TableError
from sidelight.readers import find_reader, read_table
from sidelight.readers.tables._tfrecord.columns import (
    EXACT,
    decode,
    dtype_name,
    dtype_of,
    encode,
)
from sidelight.readers.tables._tfrecord.pictures import safe_name
from sidelight.readers.tables._tfrecord.records import write_records


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SIDELIGHT_CACHE", str(tmp_path / "cache"))


def png(value):
    data = io.BytesIO()
    Image.fromarray(np.full((4, 5, 3), value, np.uint8)).save(data, "png")
    return data.getvalue()


def record(number, **more):
    return {
        "image/encoded": ("bytes", [png(number)]),
        "label": ("int", [number % 2]),
        "height_m": ("float", [number + 0.5]),
        "words": ("bytes", [b"sea", b"sky"][: number % 3]),
        "box": ("float", [0.0, 0.25, 1.0, 0.5]),
        "é": ("bytes", ["ü".encode()]),
        **more,
    }


def read(source):
    return find_reader(str(source)).read(str(source))


@pytest.fixture
def shards(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    for part in range(2):
        found = [record(3 * part + i) for i in range(3)]
        write_records(folder / f"x-{part}.tfrecord", found)
    return folder


def test_records_are_rows_and_features_columns(shards):
    frame = read(shards / "x-0.tfrecord")
    assert frame.columns[0] == "image/encoded"
    assert frame["label"].to_list() == [0, 1, 0]
    assert frame["height_m"].to_list() == [0.5, 1.5, 2.5]
    assert frame["words"].to_list() == [None, "sea", "sea;sky"]
    assert frame["box"].to_list() == [[0, 0.25, 1, 0.5]] * 3
    assert frame["é"].to_list() == ["ü"] * 3


def test_pictures_become_files_with_the_same_bytes(shards):
    table = read_table(shards, target="label")
    assert table.schema.image == "image/encoded"
    assert [path.read_bytes() for path in table.images] == [png(i) for i in range(6)]
    assert table.images[0].suffix == ".png"


def test_a_folder_a_pattern_and_a_zipped_file(shards):
    whole = read(shards)
    assert whole.height == 6
    assert_frame_equal(read(shards / "*.tfrecord"), whole)
    assert read(shards / "x-1*.tfrec*").height == 3
    zipped = shards / "z.tfrecord.gz"
    zipped.write_bytes(gzip.compress((shards / "x-0.tfrecord").read_bytes()))
    assert_frame_equal(read(zipped), whole[:3])
    with pytest.raises(TableError, match="no file fits the pattern"):
        read(shards / "y*.tfrecord")


def test_what_was_read_once_needs_no_tensorflow(shards, monkeypatch):
    first = read(shards)
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    assert_frame_equal(read(shards), first)
    data = (shards / "x-0.tfrecord").read_bytes()
    (shards / "x-1.tfrecord").write_bytes(data + data)  # now it is another source
    with pytest.raises(MissingPackageError, match=r"pip install 'sidelight\[tensorfl"):
        read(shards)


def test_several_readers_at_once_agree(shards, tmp_path):
    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(read, [shards] * 4)
    for other in others:
        assert_frame_equal(other, first)
    assert len(list((tmp_path / "cache" / "tfrecord").iterdir())) == 1


def test_a_full_disk_is_told():
    with pytest.raises(DiskFullError, match="/dev/full could not be written"):
        write_records(Path("/dev/full"), [record(0)])


def test_byte_equal_pictures_are_two_files(tmp_path):
    path = tmp_path / "a.tfrecord"
    write_records(path, [{"image": ("bytes", [png(1)])}] * 3)
    names = read(path)["image"]
    assert names.n_unique() == 3
    assert names[1] == names[0].replace(".png", "-2.png")


def test_a_missing_feature_is_a_missing_cell(tmp_path):
    path = tmp_path / "a.tfrecord"
    bare = record(1)
    del bare["height_m"], bare["é"]
    write_records(path, [record(0), bare, record(2)])
    frame = read(path)
    assert frame["height_m"].to_list() == [0.5, None, 2.5]
    assert frame["é"].null_count() == 1


def test_bytes_that_are_no_text_stay_bytes(tmp_path):
    path = tmp_path / "a.tfrecord"
    write_records(path, [{"raw": ("bytes", [b"\xff\0"])}, {"raw": ("bytes", [b"a"])}])
    assert read(path)["raw"].dtype == pl.Binary


@pytest.mark.parametrize("keep", [-5, 30])
def test_a_cut_file_is_refused_and_leaves_nothing(shards, tmp_path, keep):
    path = shards / "x-0.tfrecord"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(TableError, match=r"x-0.tfrecord: the file is damaged after"):
        read(path)
    assert not list((tmp_path / "cache" / "tfrecord").iterdir())


def test_other_records_and_other_kinds_are_refused(tmp_path):
    path = tmp_path / "a.tfrecord"
    write_records(path, [{"a": ("int", [1])}, {"a": ("float", [1.0])}])
    with pytest.raises(TableError, match="feature 'a' is float and int in different"):
        read(path)
    import tensorflow as tf

    with tf.io.TFRecordWriter(str(path)) as writer:
        writer.write(b"no example")
    with pytest.raises(TableError, match=r"record 1 is no tf.train.Example"):
        read(path)
    path.write_bytes(b"")
    with pytest.raises(TableError, match="empty"):
        read(path)


TENSOR = "tensorflow_datasets.core.features"


@pytest.fixture
def tfds(tmp_path):
    """A folder as TensorFlow Datasets 4.9 writes it."""
    folder = tmp_path / "mine" / "1.0.0"
    folder.mkdir(parents=True)
    label = {"pythonClassName": f"{TENSOR}.class_label_feature.ClassLabel"}
    label["classLabel"] = {"numClasses": "2"}
    features = {
        "image": {
            "pythonClassName": f"{TENSOR}.image_feature.Image",
            "image": {"dtype": "uint8", "encodingFormat": "png"},
        },
        "label": label,
        "flag": {
            "pythonClassName": f"{TENSOR}.scalar.Scalar",
            "tensor": {"dtype": "bool", "encoding": "none", "shape": {}},
        },
        "objects": {
            "pythonClassName": f"{TENSOR}.sequence_feature.Sequence",
            "sequence": {
                "feature": {
                    "pythonClassName": f"{TENSOR}.features_dict.FeaturesDict",
                    "featuresDict": {"features": {"kind": label}},
                },
                "length": "-1",
            },
        },
    }
    content = {
        "pythonClassName": f"{TENSOR}.features_dict.FeaturesDict",
        "featuresDict": {"features": features},
    }
    (folder / "features.json").write_text(json.dumps(content))
    (folder / "dataset_info.json").write_text("{}")
    (folder / "label.labels.txt").write_text("sea\nland\n")
    (folder / "objects-kind.labels.txt").write_text("ship\nbuoy\n")
    for split, numbers in {"train": range(4), "validation": range(4, 6)}.items():
        found = [
            {
                "image": ("bytes", [png(n)]),
                "label": ("int", [n % 2 if n != 3 else -1]),
                "flag": ("int", [n % 2]),
                "objects/kind": ("int", [0, 1][: n % 3]),
            }
            for n in numbers
        ]
        write_records(folder / f"mine-{split}.tfrecord-00000-of-00001", found)
    return folder


def test_a_folder_of_tensorflow_datasets_has_names_and_parts(tfds):
    frame = read(tfds)
    assert frame["label"].to_list() == ["sea", "land", "sea", None, "sea", "land"]
    assert frame["flag"].to_list() == [False, True] * 3
    assert frame["objects/kind"].to_list()[:3] == [None, "ship", "ship;buoy"]
    assert frame["part"].to_list() == ["train"] * 4 + ["validation"] * 2


def test_a_class_beyond_the_names_is_refused(tfds):
    (tfds / "label.labels.txt").write_text("sea\n")
    with pytest.raises(TableError, match="2 values of 'label' are no class of 1"):
        read(tfds)


def test_a_missing_shard_is_told(tfds):
    shard = tfds / "mine-train.tfrecord-00000-of-00001"
    shard.rename(tfds / "mine-train.tfrecord-00000-of-00003")
    with pytest.raises(TableError, match=r"2 of 3 shards are missing, such as .*00001"):
        read(tfds)


DTYPES = [
    *(pl.Boolean, pl.String, pl.Binary, pl.Categorical, pl.Date, pl.Time),
    *(pl.Int8, pl.Int64, pl.UInt32, pl.UInt64, pl.Int128, pl.Float32, pl.Float64),
    *(pl.Datetime("us"), pl.Datetime("ns", "UTC"), pl.Duration("ms")),
    *(pl.List(pl.Float64), pl.List(pl.String), pl.List(pl.Date)),
]


def columns_of(dtype):
    return series(name="c", dtype=dtype, max_size=8, allow_null=True)


def has_gaps(cells):
    return isinstance(cells.dtype, pl.List) and any(
        None in values for values in cells.to_list() if values
    )


@given(st.sampled_from(DTYPES).flatmap(columns_of))
def test_a_column_of_any_type_comes_back(cells):
    if has_gaps(cells):
        with pytest.raises(TableError, match="hold a missing value"):
            encode(cells, "t")
        return
    lists = {name: one.cells for name, one in encode(cells, "t").items()}
    name = dtype_name(cells.dtype)
    assert dtype_of(name) == cells.dtype
    assert_series_equal(decode(lists, "c", name, len(cells)), cells)


def test_known_cells_come_back():
    cells = {
        "moment": [datetime(1900, 1, 2, 3, 4, 5, 678), None],
        "day": [date(1, 1, 1), None],
        "clock": [time(23, 59, 59, 999999), None],
        "span": [timedelta(days=-1), None],
        "price": [Decimal("12345678901234567.25"), None],
        "text": ["a\nb\0 é", ""],
        "third": [1 / 3, float("-inf")],
    }
    for name, values in cells.items():
        column = pl.Series(name, values)
        lists = {n: one.cells for n, one in encode(column, "t").items()}
        assert (name + EXACT in lists) == (name == "third")
        back = decode(lists, name, dtype_name(column.dtype), 2)
        assert back.to_list() == values


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (pl.Series("c", [{"a": 1}]), "no place for values of type Struct"),
        (pl.Series("c", [[[1]]]), "no place for values of type List"),
        (pl.Series("c", [[1, None]]), "1 lists hold a missing value"),
    ],
)
def test_what_a_record_cannot_hold_is_refused(cells, said):
    with pytest.raises(TableError, match=said) as caught:
        encode(cells, "t.parquet")
    assert caught.value.column == "c"


@given(st.text(max_size=12))
def test_a_name_never_leaves_its_folder(name):
    found = safe_name(name)
    assert found is None or (found == name and ".." not in found.split("/"))


@pytest.mark.parametrize(
    "name", ["", ".", "/a.jpg", "../a.jpg", "a/../b", "a//b", "c:\\a", "a\0", "a" * 300]
)
def test_a_name_that_might_is_refused(name):
    assert safe_name(name) is None
