"""Tables and pictures in a store are read as if they were files."""

import io

import fsspec
import polars as pl
import pytest
from PIL import Image

from sidelight.errors import ConfigError, DataWarning, ImageError, TableError
from sidelight.readers import Join, read_table
from sidelight.stores import fetch
from sidelight.writers import write_table

N = 12


def picture(i):
    file = io.BytesIO()
    Image.new("RGB", (4, 4), (i, i, i)).save(file, format="PNG")
    return file.getvalue()


@pytest.fixture
def scenes(memory):
    """Twelve pictures beside their table, in the memory store."""
    for i in range(N):
        memory(f"chips/{i}.png", picture(i))
    frame = pl.DataFrame(
        {"file": [f"chips/{i}.png" for i in range(N)], "label": ["a", "b"] * (N // 2)}
    ).with_columns(slope=pl.int_range(N) * 0.5)
    memory("scenes.csv", frame.write_csv().encode())
    return frame


ROLES = {"image": "file", "target": "label"}


def test_pictures_start_beside_their_table(scenes, cache):
    table = read_table("memory://bucket/scenes.csv", **ROLES)
    assert table.source == "memory://bucket/scenes.csv"
    assert [path.read_bytes() for path in table.images] == [
        picture(i) for i in range(N)
    ]
    assert all(path.is_relative_to(cache) for path in table.images)
    assert table.frame["file"].equals(scenes["file"])
    assert table.notes == ()  # the rest of the cache is nobody's folder


def test_a_local_table_names_pictures_in_a_store(scenes, tmp_path):
    urls = "memory://bucket/" + pl.col("file")
    by_url = read_table(scenes.with_columns(file=urls), **ROLES)
    inside = scenes.with_columns(pl.col("file").str.strip_prefix("chips/"))
    by_root = read_table(inside, images="memory://bucket/chips", **ROLES)
    assert by_url.images == by_root.images


def test_pictures_in_a_store_and_on_disk_in_one_table(scenes, tmp_path):
    (tmp_path / "here.png").write_bytes(picture(99))
    mixed = scenes.with_columns(
        file=pl.Series(
            ["here.png", *("memory://bucket/" + name for name in scenes["file"][1:])]
        )
    )
    table = read_table(mixed, images=tmp_path, **ROLES)
    assert table.images[0] == tmp_path / "here.png"
    assert table.images[3].read_bytes() == picture(3)


def test_missing_objects_are_named_and_nothing_is_fetched(scenes, cache):
    system = fsspec.filesystem("memory")
    system.rm_file("/bucket/chips/3.png")
    system.rm_file("/bucket/chips/7.png")
    with pytest.raises(ImageError) as caught:
        read_table("memory://bucket/scenes.csv", **ROLES)
    said = str(caught.value)
    assert "Column 'file' in memory://bucket/scenes.csv: 2 objects do not exist" in said
    assert "rows 4, 8: 'memory://bucket/chips/3.png'" in said
    assert "--images s3://" in said
    assert len([p for p in cache.rglob("*") if p.is_file()]) == 1  # the table itself


def test_rows_of_missing_objects_are_dropped_on_request(scenes):
    fsspec.filesystem("memory").rm_file("/bucket/chips/3.png")
    with pytest.warns(DataWarning, match="1 × no such picture in the store"):
        table = read_table("memory://bucket/scenes.csv", on_bad="drop", **ROLES)
    assert table.rows.tolist() == [1, 2, 3, *range(5, N + 1)]
    assert table.images[3].read_bytes() == picture(4)


def test_a_missing_object_is_told_once_where_flaws_are_kept(scenes):
    fsspec.filesystem("memory").rm_file("/bucket/chips/3.png")
    table = read_table("memory://bucket/scenes.csv", on_bad="keep", **ROLES)
    assert [p.reason for p in table.as_read.problems] == [
        "no such picture in the store"
    ]
    assert table.images[3] is None


def test_an_object_gone_while_the_table_is_read_is_no_empty_cell(scenes, monkeypatch):
    def fetch_all_but_one(objects):
        return fetch(dict(list(objects.items())[1:]))

    monkeypatch.setattr("sidelight.table._remote.fetch", fetch_all_but_one)
    with pytest.raises(ImageError, match=r"1 file does not exist .*chips/"):
        read_table("memory://bucket/scenes.csv", **ROLES)


def test_a_bucket_that_is_not_there(scenes):
    with pytest.raises(ImageError, match="12 objects do not exist"):
        read_table(scenes, images="memory://nowhere", **ROLES)


def test_one_object_named_twice_is_named_twice_and_equal_ones_are_two(scenes, memory):
    memory("chips/1.png", picture(0))  # the same picture under two URLs
    read_table("memory://bucket/scenes.csv", **ROLES)
    twice = scenes.with_columns(
        file=pl.concat([scenes["file"][:1], scenes["file"][:-1]])
    )
    with pytest.raises(ImageError) as caught:
        read_table(twice, images="memory://bucket", **ROLES)
    assert "1 row names a picture that an earlier row names" in str(caught.value)
    assert "compare with row 1" in str(caught.value)


def test_headers_are_read_of_what_was_fetched(scenes, memory):
    for i in range(N):
        exif = Image.Exif()
        exif[0x0110] = f"camera {i % 3}"
        file = io.BytesIO()
        Image.new("RGB", (4, 4), (i, i, i)).save(file, format="JPEG", exif=exif)
        memory(f"chips/{i}.jpg", file.getvalue())
    named = scenes.with_columns(pl.col("file").str.replace("png", "jpg"))
    table = read_table(named, images="memory://bucket", headers=["exif"], **ROLES)
    assert table.frame["exif_model"].to_list() == [f"camera {i % 3}" for i in range(N)]


def test_a_table_to_join_may_be_in_a_store(scenes, memory):
    other = scenes.select("file").with_columns(wind=pl.int_range(N))
    memory("wind.csv", other.write_csv().encode())
    join = Join(source="memory://bucket/wind.csv", key="file")
    table = read_table("memory://bucket/scenes.csv", join=[join], **ROLES)
    assert table.frame["wind"].to_list() == [str(i) for i in range(N)]


def test_a_damaged_table_is_cited_by_its_url(memory):
    memory("bad.csv", b"a,b\n1\n2,3\n")
    with pytest.raises(TableError) as caught:
        read_table("memory://bucket/bad.csv", target="a")
    assert caught.value.path == "memory://bucket/bad.csv"
    assert caught.value.rows == [1]


def test_pictures_behind_http(web, scenes):
    address, folder, _ = web
    (folder / "chips").mkdir()
    for i in range(N):
        (folder / "chips" / f"{i}.png").write_bytes(picture(i))
    scenes.write_csv(folder / "scenes.csv")
    table = read_table(f"{address}/scenes.csv", **ROLES)
    assert [path.read_bytes() for path in table.images] == [
        picture(i) for i in range(N)
    ]


def test_pictures_are_looked_for_once_for_all_headers(web, scenes):
    address, folder, asked = web
    for i in range(N):
        (folder / f"{i}.png").write_bytes(picture(i))
    named = scenes.with_columns(pl.col("file").str.strip_prefix("chips/"))
    with pytest.warns(DataWarning):
        read_table(named, images=address, headers=["exif", "xmp"], **ROLES)
    # Once for the headers, once where the table is checked.
    assert sum(line.startswith("HEAD /3.png") for line in asked) == 2


def test_pictures_of_records_come_with_their_table(scenes, memory, tmp_path):
    table = read_table("memory://bucket/scenes.csv", **ROLES)
    write_table(table, tmp_path / "shards")
    (shard,) = (tmp_path / "shards").glob("*.tfrecord*")
    memory("far/scenes.tfrecord", shard.read_bytes())
    again = read_table("memory://bucket/far/scenes.tfrecord", image="image")
    assert [p.read_bytes() for p in again.images] == [picture(i) for i in range(N)]


@pytest.mark.parametrize(
    ("name", "options", "error", "said"),
    [
        ("export", {}, TableError, "no reader knows this kind of table"),
        ("a.csv", {"sql": "a"}, ConfigError, "a query (--sql) needs a database"),
    ],
)
def test_no_error_cites_the_copy_of_a_table(memory, name, options, error, said):
    url = memory(name, b"a\n1\n")
    with pytest.raises(error) as caught:
        read_table(url, target="a", **options)
    assert f"{url}: {said}" in str(caught.value)
    assert "objects" not in str(caught.value)
