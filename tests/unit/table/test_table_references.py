import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sidelight.errors import DataWarning
from sidelight.schema import Schema
from sidelight.table import _files
from sidelight.table._pictures import Pictures
from sidelight.table._references import (
    check_references,
    full_paths,
    nameless,
    warn_about_unnamed,
)
from sidelight.table._slots import picture_names


@pytest.fixture(params=["listed", "looked at"], autouse=True)
def way(request, monkeypatch):
    """Whole folders are listed, or every row is looked at: the answers are the same."""
    listed = request.param == "listed"
    monkeypatch.setattr(_files, "MIN_ROWS", 1 if listed else 10**9)
    return request.param


@pytest.fixture
def folder(tmp_path):
    for name in ("a.jpg", "b.jpg", "c d.jpg", "ü 北.jpg", "new\nline.jpg", " e.jpg "):
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def found(folder, *names):
    return check_references(slots(*names), folder)


def slots(*names):
    frame = pl.DataFrame({"file": pl.Series(names, dtype=pl.String)})
    return picture_names(frame, Schema(image="file"))[0]


def reasons(folder, *names):
    problems = [*nameless(slots(*names)), *found(folder, *names).problems]
    return {p.reason: (p.positions + 1).tolist() for p in problems}


def test_odd_names_are_names(folder):
    names = ["a.jpg", "c d.jpg", "ü 北.jpg", "new\nline.jpg", " e.jpg "]
    references = found(folder, *names)
    assert references.problems == []
    assert list(references.pictures) == [folder / name for name in names]


def test_absolute_paths_stay(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other") / "z.jpg"
    other.write_bytes(b"x")
    assert found(folder, str(other), "a.jpg").pictures == (other, folder / "a.jpg")


def test_every_kind_of_bad_reference_is_told_apart(folder):
    (folder / "dir.jpg").mkdir()
    (folder / "loop.jpg").symlink_to(folder / "loop.jpg")
    (folder / "gone.jpg").symlink_to("nowhere.jpg")
    os.mkfifo(folder / "pipe.jpg")
    bad = ["", None, " ", "x.jpg", "gone.jpg", "loop.jpg", "dir.jpg", "pipe.jpg"]
    assert reasons(folder, "a.jpg", *bad, "a\0b.jpg", "b.jpg/c.jpg") == {
        "no picture named": [2, 3, 4],
        "no such picture": [5, 10, 11],
        "a link to nothing": [6],
        "a symlink loop": [7],
        "a folder instead of a picture": [8],
        "not a regular file": [9],
    }


def test_a_name_longer_than_the_system_allows_is_missing(folder):
    assert reasons(folder, "a" * 5000) == {"no such picture": [1]}


def test_one_file_under_several_names_is_named_twice(folder):
    (folder / "link.jpg").symlink_to("a.jpg")
    (folder / "sub").mkdir()
    assert reasons(folder, "a.jpg", "link.jpg", "b.jpg", "sub/../a.jpg", "a.jpg") == {
        "a picture named twice": [2, 4, 5]
    }
    assert "rows 1, 1, 1" in found(folder, "a.jpg", *["a.jpg"] * 3).problems[0].fix


def test_a_missing_file_suggests_its_neighbour(folder):
    assert "Did you mean 'a.jpg'?" in found(folder, "a.jpeg").problems[0].fix


def test_a_missing_folder_is_named(folder):
    fix = found(folder, "chips/a.jpg").problems[0].fix
    assert f"There is no folder {str(folder / 'chips')!r}." in fix
    assert "--images" in fix


def test_hard_links_are_one_file(folder):
    (folder / "hard.jpg").hardlink_to(folder / "a.jpg")
    assert reasons(folder, "b.jpg", "a.jpg", "hard.jpg") == {
        "a picture named twice": [3]
    }


def test_files_of_a_listing_that_numbers_them_otherwise_are_looked_at(
    folder, monkeypatch
):
    (folder / "link.jpg").symlink_to("a.jpg")
    monkeypatch.setattr(_files, "_numbered_alike", lambda entry, device: False)
    assert reasons(folder, "a.jpg", "b.jpg", "link.jpg") == {
        "a picture named twice": [3]
    }


def test_two_files_that_a_listing_calls_one_are_two(folder, monkeypatch):
    def all_alike(path, most):
        names, inodes, device = files_of(path, most)
        return names, [7] * len(inodes), device

    files_of = _files._files_of
    monkeypatch.setattr(_files, "_files_of", all_alike)
    assert reasons(folder, "a.jpg", "b.jpg") == {}


def test_a_folder_much_fuller_than_its_rows_is_not_listed_to_the_end(
    folder, monkeypatch, way
):
    monkeypatch.setattr(_files, "MOST_FILES", 1)
    looked = []
    look = _files.look
    monkeypatch.setattr(_files, "look", lambda path: looked.append(path) or look(path))
    assert found(folder, "a.jpg", "b.jpg").problems == []
    assert len(looked) == 2
    looked.clear()
    everything = [path.name for path in folder.iterdir()]
    assert found(folder, *everything).problems == []
    assert len(looked) == (0 if way == "listed" else len(everything))


def test_a_name_that_is_no_text_stands_in_nobodys_way(folder):
    (folder / os.fsdecode(b"\xff.jpg")).write_bytes(b"x")
    assert reasons(folder, "a.jpg", "b.jpg", "no.jpg") == {"no such picture": [3]}


def unnamed(folder, *names, dropped=()):
    """What is warned of when these are the rows, and some more were left out."""
    cells = pl.Series("file", names, dtype=pl.String)
    references = check_references([cells], folder, whole=True)
    named = full_paths(pl.Series("file", [*names, *dropped]), folder)
    return warn_about_unnamed(references.pictures, named, references.files)


def test_unnamed_pictures_are_warned_of(folder):
    (folder / "notes.txt").write_text("no picture")
    (folder / "table.csv").write_text("no picture")
    (folder / "loop.jpg").symlink_to(folder / "loop.jpg")
    with pytest.warns(DataWarning, match=r"2 pictures are in .*: 'b.jpg', 'new"):
        messages = unnamed(folder, "a.jpg", "c d.jpg", dropped=["ü 北.jpg"])
    assert len(messages) == 1
    assert repr(str(folder)) in messages[0]


def test_each_folder_used_is_looked_through_and_no_other(folder):
    for name in ("one", "two", "three"):
        (folder / name).mkdir()
        for i in range(2):
            (folder / name / f"{i}.PNG").write_bytes(b"x")
    with pytest.warns(DataWarning):
        messages = unnamed(folder, "one/0.PNG", str(folder / "two" / "1.PNG"))
    assert [m.split(" is in ")[0] for m in messages] == ["1 picture"] * 2
    assert f"{str(folder / 'one')!r} but in no row of the table: '1.PNG'" in messages[0]
    assert f"{str(folder / 'two')!r} but in no row of the table: '0.PNG'" in messages[1]


def test_pictures_named_by_a_roundabout_path_are_named(folder):
    names = [p.name for p in folder.iterdir()]
    (folder / "sub").mkdir()
    around = [f"sub/../{name}" for name in names[:3]]
    assert unnamed(folder, *around, *names[3:]) == []


def test_a_relative_root_gives_absolute_paths(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert found(Path(), "a.jpg").pictures == (folder / "a.jpg",)


def test_pictures_are_a_sequence_of_paths(folder):
    pictures = Pictures([folder / "a.jpg", None, str(folder / "b.jpg")])
    assert (len(pictures), pictures[1], pictures[-1]) == (3, None, folder / "b.jpg")
    assert pictures[1:] == [None, folder / "b.jpg"]
    assert pictures.at(np.array([2, 0])) == (folder / "b.jpg", folder / "a.jpg")
    assert pictures.at(np.array([False, True, True])) == pictures[1:]
    assert pictures.present().tolist() == [True, False, True]
    assert not Pictures()
    assert not Pictures().at(np.array([0, 1]))
    assert "a.jpg" in repr(pictures)
    assert pictures != 3
