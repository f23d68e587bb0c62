import os

import pytest

from sidelight.errors import ConfigError, DataWarning, TableError
from sidelight.readers import find_reader, read_table
from sidelight.readers.tables.folder import FolderReader


@pytest.fixture
def lay(tmp_path):
    def lay(*names):
        for name in names:
            path = tmp_path / "photos" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x")
        return tmp_path / "photos"

    return lay


def rows(path):
    return FolderReader().read(str(path)).to_dict(as_series=False)


def test_the_first_folder_is_the_class(lay):
    path = lay("dog/3.JPG", "cat/a/b/2.png", "cat/1.jpg", "cat/notes.txt", ".x/4.jpg")
    (path / "cat" / ".hidden.jpg").write_bytes(b"x")
    assert rows(path) == {
        "file": ["cat/1.jpg", "cat/a/b/2.png", "dog/3.JPG"],
        "label": ["cat", "cat", "dog"],
    }


def test_parts_that_stand_above_the_classes(lay):
    path = lay("train/cat/1.jpg", "Validation/cat/x/2.jpg", "test/dog/3.jpg")
    assert rows(path) == {
        "file": ["Validation/cat/x/2.jpg", "test/dog/3.jpg", "train/cat/1.jpg"],
        "label": ["cat", "dog", "cat"],
        "part": ["val", "test", "train"],
    }


def test_a_class_may_be_called_as_a_part(lay):
    assert rows(lay("test/1.jpg", "rest/2.jpg"))["label"] == ["rest", "test"]


def test_a_folder_without_folders_gives_names_alone(lay):
    assert rows(lay("2.jpg", "1.jpg")) == {"file": ["1.jpg", "2.jpg"]}


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["a.txt"], "no picture is in this folder. Pictures end in .jpg"),
        (
            ["cat/1.jpg", "2.jpg", "3.jpg"],
            "2 pictures are not in a class's folder: '2.jpg', '3.jpg'",
        ),
        (
            ["train/cat/1.jpg", "test/2.jpg"],
            "1 picture is not in a class's folder in train, val or test: 'test/2.jpg'",
        ),
        (
            ["train/cat/1.jpg", "test/cat/2.jpg", "extra/cat/3.jpg"],
            "'test', 'train' look like parts of a split, but 'extra' beside them does",
        ),
    ],
)
def test_what_is_no_table_is_said(lay, names, said):
    with pytest.raises(TableError) as error:
        rows(lay(*names))
    assert said in str(error.value)


def test_links_are_left_out_and_counted(lay):
    path = lay("cat/1.jpg", "dog/2.jpg")
    (path / "cat" / "link.jpg").symlink_to("1.jpg")
    (path / "dog" / "circle").symlink_to("..")
    with pytest.warns(DataWarning, match="2 links are left out"):
        assert rows(path)["file"] == ["cat/1.jpg", "dog/2.jpg"]
    for name in ("cat/1.jpg", "dog/2.jpg"):
        (path / name).unlink()
    with pytest.raises(TableError, match=r"no picture.*2 links are left out"):
        rows(path)


def test_a_table_in_the_folder_is_spoken_of(lay):
    path = lay("images/1.jpg", "images/2.jpg", "scenes.CSV", "images/inner.csv")
    with pytest.warns(DataWarning, match=r"holds 'scenes\.CSV' too, which is not read"):
        assert set(rows(path)["label"]) == {"images"}


def test_names_that_are_not_utf_8_are_refused(lay):
    path = lay("cat/1.jpg")
    try:
        (path / "cat" / os.fsdecode(b"\xff.jpg")).write_bytes(b"x")
    except OSError:  # a file system that takes no such names
        return
    with pytest.raises(TableError, match=r"the name b'\\xff\.jpg' is not UTF-8"):
        rows(path)


def test_a_query_is_refused(lay):
    with pytest.raises(ConfigError, match="needs a database"):
        FolderReader().read(str(lay("cat/1.jpg")), sql="select 1")


def test_image_and_target_need_not_be_named(lay, monkeypatch):
    path = lay(*(f"{kind}/{i}.jpg" for kind in ("cat", "dog") for i in range(4)))
    assert isinstance(find_reader(str(path)), FolderReader)
    monkeypatch.chdir(path.parent)
    table = read_table("photos")
    assert (table.schema.image, table.schema.target) == ("file", "label")
    assert table.schema.task == "binary"
    assert str(table.images[0]) == str(path / "cat" / "0.jpg")
    again = read_table(path, schema=table.schema)
    assert again.target().to_list() == ["cat"] * 4 + ["dog"] * 4


def test_ready_made_parts_are_no_metadata(lay):
    names = [f"{p}/{k}/{i}.jpg" for p in ("train", "test") for k in "ab" for i in "123"]
    path = lay(*names)
    with pytest.warns(DataWarning, match="--split-column part keeps that"):
        table = read_table(path)
    assert table.schema.ignored["part"] == "left out on request"
    assert table.frame["part"].to_list() == ["test"] * 6 + ["train"] * 6
    quiet = read_table(path, keep=["part"])  # a warning would be an error here
    assert "part" in quiet.schema.ignored


def test_a_flat_folder_serves_to_answer(lay):
    path = lay(*(f"{kind}/{i}.jpg" for kind in ("cat", "dog") for i in range(4)))
    schema = read_table(path).schema
    new = path.parent / "new"
    new.mkdir()
    (new / "x.jpg").write_bytes(b"x")
    table = read_table(new, schema=schema)
    assert table.schema.target is None
    assert table.frame["file"].to_list() == ["x.jpg"]
