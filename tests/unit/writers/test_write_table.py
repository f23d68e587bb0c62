import json
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image
from polars.testing import assert_frame_equal

from sidelight.errors import ConfigError, ImageError, TableError, UnknownNameError
from sidelight.readers import read_table
from sidelight.readers.tables._tfrecord.records import read_records
from sidelight.writers import write_table

N = 12
SUFFIXES = ("jpg", "png", "bmp")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SIDELIGHT_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "scenes é"
    (folder / "chips").mkdir(parents=True)
    files = [f"chips/ü {i}.{SUFFIXES[i % 3]}" for i in range(N)]
    for i, name in enumerate(files):
        # Two pictures are equal, byte by byte.
        pixels = np.full((6, 5, 3), 20 * max(i, 1), np.uint8)
        Image.fromarray(pixels).save(folder / name)
    frame = pl.DataFrame(
        {
            "file": files,
            "lat": [None if i == 3 else 52.123456789 + i for i in range(N)],
            "lon": [13.1 * i - 70 for i in range(N)],
            "taken": [
                None if i == 4 else datetime(1960 + i, 1, 2, 3, 4, 5, 678)
                for i in range(N)
            ],
            "zone": ["ä", None, "b;c", "007"] * 3,
            "empty": pl.Series([None] * N, dtype=pl.String),
            "count": list(range(N)),
            "cloudy": [True, None, False] * 4,
            "tags": [["x", "y"], [], None] * 4,
            "label": ["sea", "land"] * 6,
        }
    )
    frame.write_parquet(folder / "scenes.parquet")
    return folder / "scenes.parquet"


@pytest.fixture
def table(source):
    return read_table(source, image="file", target="label")


@pytest.mark.parametrize("num_shards", [None, 1, 5, N])
def test_nothing_is_lost_on_the_way_back(table, tmp_path, num_shards):
    folder = tmp_path / "my shards"
    written = write_table(table, folder, num_shards=num_shards)
    assert (written.num_rows, written.num_pictures) == (N, N)
    assert written.num_shards == (num_shards or 1)
    back = read_table(folder, target="label")
    assert_frame_equal(back.frame, table.frame)
    assert back.schema == table.schema
    for before, after in zip(table.images, back.images, strict=True):
        assert after.read_bytes() == before.read_bytes()
        assert after.name == before.name


def test_other_programs_find_plain_features(table, tmp_path):
    folder = tmp_path / "shards"
    write_table(table, folder, num_shards=2)
    shards = sorted(folder.glob("*.tfrecord-*"))
    assert shards[1].name == "shards-rows.tfrecord-00001-of-00002"
    first, *_, last = read_records(shards[0])
    assert first["image"] == ("bytes", [table.images[0].read_bytes()])
    assert first["lat"][1] == [np.float32(52.123456789)]
    assert first["count"] == ("int", [0])
    assert first["cloudy"] == ("int", [1])
    assert first["tags"] == ("bytes", [b"x", b"y"])
    assert "empty" not in first
    assert last["label"] == ("bytes", [b"land"])
    features = json.loads((folder / "features.json").read_text())
    declared = features["featuresDict"]["features"]
    assert declared["image"]["pythonClassName"].endswith("image_feature.Image")
    assert declared["lon"]["tensor"]["dtype"] == "float32"
    assert declared["lat"]["sequence"]["feature"]["tensor"]["dtype"] == "float32"
    info = json.loads((folder / "dataset_info.json").read_text())
    assert info["splits"][0]["shardLengths"] == ["6", "6"]
    assert info["name"] == "shards"


def test_pictures_elsewhere_get_a_name_of_their_own(source, tmp_path):
    frame = pl.read_parquet(source)
    frame = frame.with_columns(file=str(source.parent) + "/" + pl.col("file"))
    table = read_table(frame, image="file", target="label")
    write_table(table, tmp_path / "shards")
    back = read_table(tmp_path / "shards", target="label")
    assert back.frame["file"].n_unique() == N  # two of them are equal
    assert not back.frame["file"].str.contains("/").any()
    for before, after in zip(table.images, back.images, strict=True):
        assert after.read_bytes() == before.read_bytes()


def test_a_table_without_pictures(source, tmp_path):
    table = read_table(source, target="label", drop=["file"])
    write_table(table, tmp_path / "shards")
    back = read_table(tmp_path / "shards", target="label", drop=["file"])
    assert_frame_equal(back.frame, table.frame)
    assert back.schema.image is None


def test_a_column_called_image_stays(source, tmp_path):
    frame = pl.read_parquet(source).rename({"file": "image"})
    table = read_table(frame, image="image", target="label", images=source.parent)
    write_table(table, tmp_path / "shards")
    back = read_table(tmp_path / "shards", target="label")
    assert_frame_equal(back.frame, table.frame)


def test_nothing_half_written_is_left(table, tmp_path):
    table.images[7].unlink()
    with pytest.raises(ImageError, match=r"cannot be read: No such file.*\(row 8"):
        write_table(table, tmp_path / "out" / "shards", num_shards=3)
    assert not list((tmp_path / "out").iterdir())


def test_a_folder_that_holds_something_is_left_alone(table, tmp_path):
    (tmp_path / "out").mkdir()
    write_table(table, tmp_path / "out")  # an empty one is as good as none
    with pytest.raises(ConfigError, match="there is already"):
        write_table(table, tmp_path / "out")
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"cannot be made|already"):
        write_table(table, tmp_path / "file" / "out")


def test_wrong_wishes_are_refused(table, tmp_path):
    with pytest.raises(UnknownNameError, match="Did you mean 'tfrecord'"):
        write_table(table, tmp_path / "out", to="tfrecords")
    for number in (0, N + 1):
        with pytest.raises(ConfigError, match=rf"12 rows .* into {number} files"):
            write_table(table, tmp_path / "out", num_shards=number)
    nested = pl.DataFrame({"a": [{"b": 1}, {"b": 2}], "label": ["u", "v"] * 1})
    nested = pl.concat([nested, nested])
    with pytest.raises(TableError, match=r"no place for values of type Struct"):
        write_table(read_table(nested, target="label"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"format": 2}, "the format is 2; this Sidelight reads 1"),
        ({"format": 1}, "the columns or the pictures are not described"),
    ],
)
def test_a_description_that_cannot_be_used_is_refused(table, tmp_path, own, said):
    write_table(table, tmp_path / "out")
    (tmp_path / "out" / "sidelight.json").write_text(json.dumps(own))
    with pytest.raises(TableError, match=said):
        read_table(tmp_path / "out", target="label")


def test_a_name_in_a_record_cannot_leave_the_cache(table, tmp_path):
    from sidelight.readers.tables._tfrecord.records import write_records

    write_table(table, tmp_path / "out")
    (shard,) = (tmp_path / "out").glob("*.tfrecord-*")
    found = list(read_records(shard))
    found[2]["image/name"] = ("bytes", [b"../../evil.jpg"])
    write_records(shard, found)
    with pytest.raises(TableError, match=r"evil.jpg', which is no file name"):
        read_table(tmp_path / "out", target="label")
    assert not list(tmp_path.rglob("evil.jpg"))


def several(source, **columns):
    frame = pl.read_parquet(source).drop("file", "empty")
    return frame.head(4).with_columns(pl.Series(n, c) for n, c in columns.items())


def names_of(source, *numbers):
    return [f"chips/ü {i}.{SUFFIXES[i % 3]}" for i in numbers]


@pytest.mark.filterwarnings("ignore::sidelight.errors.DataWarning")
@pytest.mark.parametrize("form", ["columns", "lists", "text"])
def test_several_pictures_in_a_row_come_back(source, tmp_path, form):
    first, second = names_of(source, 0, 1, 2, 3), names_of(source, 4, 5, 6, 7)
    pairs = [[a, b] for a, b in zip(first, second, strict=True)]
    if form == "columns":
        frame, image = several(source, day=first, night=second), ["day", "night"]
    elif form == "lists":
        frame, image = several(source, files=pairs), "files"
    else:
        texts = ["; ".join(pair) for pair in pairs]
        texts[1] = f"{pairs[1][0]} ;"  # a row with one picture fewer
        frame, image = several(source, files=texts), "files"
    table = read_table(frame, image=image, target="label", images=source.parent)
    write_table(table, tmp_path / "out")
    back = read_table(tmp_path / "out", target="label")
    assert_frame_equal(back.frame, table.frame)
    assert back.schema == table.schema
    for before, after in zip(table.images.slots, back.images.slots, strict=True):
        for one, other in zip(before.drop_nulls(), after.drop_nulls(), strict=True):
            assert Path(one).read_bytes() == Path(other).read_bytes()
        assert before.null_count() == after.null_count()


@pytest.mark.parametrize("numbers", [[0.1, 0.2], [0.5, 1.5]], ids=["long", "short"])
def test_a_column_in_place_of_exact_values_is_refused(tmp_path, numbers):
    frame = pl.DataFrame({"a": numbers, "a/exact": ["x", "y"]})
    table = read_table(pl.concat([frame, frame]))
    with pytest.raises(TableError, match="'a/exact', where its exact values"):
        write_table(table, tmp_path / "out")


def test_odd_names_of_files_stay(source, tmp_path):
    names = names_of(source, 0, 1, 2, 3)
    odd = [" a;b.jpg", "7", "c .png", "NA.bmp"]
    for name, new in zip(names, odd, strict=True):
        (source.parent / name).rename(source.parent / new)
    table = read_table(
        several(source, file=odd),
        image="file",
        target="label",
        images=source.parent,
        max_pictures=1,
    )
    write_table(table, tmp_path / "out")
    back = read_table(tmp_path / "out", target="label", max_pictures=1)
    assert_frame_equal(back.frame, table.frame)
    assert [path.name for path in back.images] == odd
