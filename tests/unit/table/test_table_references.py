import os
from pathlib import Path

import polars as pl
import pytest

from sidelight.errors import DataWarning
from sidelight.table._references import check_references, warn_about_unnamed


@pytest.fixture
def folder(tmp_path):
    for name in ("a.jpg", "b.jpg", "c d.jpg", "ü 北.jpg", "new\nline.jpg", " e.jpg "):
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def found(folder, *names):
    return check_references(pl.Series("file", names, dtype=pl.String), folder)


def reasons(folder, *names):
    problems = found(folder, *names).problems
    return {p.reason: (p.positions + 1).tolist() for p in problems}


def test_odd_names_are_names(folder):
    names = ["a.jpg", "c d.jpg", "ü 北.jpg", "new\nline.jpg", " e.jpg "]
    references = found(folder, *names)
    assert references.problems == []
    assert list(references.paths) == [folder / name for name in names]


def test_absolute_paths_stay(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other") / "z.jpg"
    other.write_bytes(b"x")
    assert found(folder, str(other), "a.jpg").paths == (other, folder / "a.jpg")


def test_every_kind_of_bad_reference_is_told_apart(folder):
    (folder / "empty.jpg").touch()
    (folder / "dir.jpg").mkdir()
    (folder / "loop.jpg").symlink_to(folder / "loop.jpg")
    (folder / "gone.jpg").symlink_to("nowhere.jpg")
    os.mkfifo(folder / "pipe.jpg")
    bad = ["", None, " ", "x.jpg", "gone.jpg", "loop.jpg", "dir.jpg", "pipe.jpg"]
    assert reasons(folder, "a.jpg", *bad, "empty.jpg", "a\0b.jpg", "b.jpg/c.jpg") == {
        "no picture named": [2, 3, 4],
        "no such picture": [5, 11, 12],
        "a link to nothing": [6],
        "a symlink loop": [7],
        "a folder instead of a picture": [8],
        "not a regular file": [9],
        "an empty file": [10],
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


def test_unnamed_pictures_are_warned_of(folder):
    (folder / "notes.txt").write_text("no picture")
    (folder / "table.csv").write_text("no picture")
    (folder / "loop.jpg").symlink_to(folder / "loop.jpg")
    used = [folder / "a.jpg", folder / "c d.jpg"]
    with pytest.warns(DataWarning, match=r"3 pictures are in .*: 'b.jpg', 'new"):
        messages = warn_about_unnamed(used, map(str, used))
    assert len(messages) == 1


def test_pictures_named_by_a_roundabout_path_are_named(folder):
    names = [p.name for p in folder.iterdir()]
    (folder / "sub").mkdir()
    used = [folder / "sub" / ".." / name for name in names]
    assert warn_about_unnamed(used, map(str, used)) == []


def test_a_relative_root_gives_absolute_paths(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert found(Path(), "a.jpg").paths == (folder / "a.jpg",)
