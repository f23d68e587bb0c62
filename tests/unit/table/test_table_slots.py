"""Several pictures a row: columns of their own, or lists in one."""

from __future__ import annotations

from pathlib import Path

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
from sidelight.readers import read_table
from sidelight.schema import Schema
from sidelight.table import Pictures, describe
from sidelight.table._slots import picture_names


@pytest.fixture
def folder(tmp_path):
    for name in "abcdefgh":
        (tmp_path / f"{name}.jpg").write_bytes(b"x")
    return tmp_path


def read(folder, columns, **options):
    frame = pl.DataFrame({"x": [0.5, 0.1, 0.4, 0.2], **columns})
    frame = frame.with_columns(y=pl.Series(["p", "q", "p", "q"]))
    options = {"target": "y", "images": folder, **options}
    return read_table(frame, **options)


def names(table):
    """Return each row's file names, None where a slot is empty."""
    slots = [[p and Path(p).name[0] for p in slot] for slot in table.images.slots]
    return list(zip(*slots, strict=True))


DAY = ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]
NIGHT = ["e.jpg", "NA", "f.jpg", "g.jpg"]


@pytest.mark.parametrize("image", ["day,night", "day, night", ["day", "night"]])
def test_columns_are_slots_and_an_empty_cell_is_a_picture_less(folder, image):
    with pytest.warns(DataWarning, match=r"1 picture is in .*'h\.jpg'"):
        table = read(folder, {"day": DAY, "night": NIGHT}, image=image)
    assert table.schema.images == ("day", "night")
    assert table.schema.num_pictures == 2
    assert names(table) == [("a", "e"), ("b", None), ("c", "f"), ("d", "g")]
    assert table.images[0] == folder / "a.jpg"
    assert [c.name for c in table.schema.columns] == ["x"]
    part = table.at(np.array([3, 1]))
    assert names(part) == [("d", "g"), ("b", None)]


def test_the_first_picture_is_the_first_that_is_there():
    pictures = Pictures(["/a", None, None], ["/b", "/c", None])
    assert list(pictures) == [Path("/a"), Path("/c"), None]
    assert pictures.present().tolist() == [True, True, False]
    assert pictures == Pictures(["/a", None, None], ["/b", "/c", None])
    assert pictures != Pictures(["/a", "/c", None])


LISTED = ["a.jpg;b.jpg;c.jpg", "d.jpg", "e.jpg; f.jpg;", "g.jpg;;h.jpg"]
LISTS = [["a.jpg", "b.jpg", "c.jpg"], ["d.jpg"], ["e.jpg", None, "f.jpg"],
         ["g.jpg", "", "h.jpg"]]  # fmt: skip


@pytest.mark.parametrize("cells", [LISTED, LISTS])
def test_lists_in_text_and_lists_of_a_frame(folder, cells):
    table = read(folder, {"file": cells}, image="file")
    assert table.schema.max_pictures == 3
    assert names(table) == [
        ("a", "b", "c"), ("d", None, None), ("e", "f", None), ("g", "h", None)
    ]  # fmt: skip
    told = describe(table)[0]
    assert (told["name"], told["kind"]) == ("file", "image")
    assert told["examples"][:2] == ["a.jpg;b.jpg;c.jpg", "d.jpg"]
    again = read(folder, {"file": cells}, schema=table.schema, target=None)
    assert names(again) == names(table)


def test_a_model_of_lists_takes_single_names(folder):
    schema = read(folder, {"file": LISTED}, image="file").schema
    table = read(folder, {"file": DAY}, schema=schema, target=None)
    assert names(table)[0] == ("a", None, None)


def test_a_list_longer_than_allowed_is_refused_or_left_out(folder):
    with pytest.raises(TableError) as failure:
        read(folder, {"file": LISTED}, image="file", max_pictures=2)
    message = str(failure.value)
    assert "1 row names more than 2 pictures" in message
    assert "'file'" in message
    assert "row 1" in message
    assert "--max-pictures" in message
    assert "--on-bad drop" in message
    with pytest.warns(DataWarning, match="1 × too many pictures"):
        table = read(
            folder,
            {"file": [*LISTED[:2], "e.jpg;f.jpg", "g.jpg;h.jpg"]},
            image="file",
            max_pictures=2,
            on_bad="drop",
            task="multiclass",
            learn=False,
            target=None,
        )
    assert len(table) == 3
    assert table.schema.num_pictures == 2


def test_an_absurd_list_is_refused_unless_it_is_asked_for(folder):
    cells = [";".join(f"{i}.jpg" for i in range(100)), *DAY[:3]]
    with pytest.raises(TableError, match="a row names 100 pictures") as failure:
        read(folder, {"file": cells}, image="file")
    assert "--max-pictures 100" in str(failure.value)
    assert failure.value.rows == [1]
    with pytest.raises(ImageError, match="do not exist"):
        read(folder, {"file": cells}, image="file", max_pictures=100)
    with pytest.raises(ConfigError, match="at most 0 pictures"):
        read(folder, {"file": cells}, image="file", max_pictures=0)


def test_a_semicolon_behind_a_single_name_is_no_part_of_it(folder):
    cells = ["a.jpg;", "b.jpg", "c.jpg ; ", "d.jpg"]
    with pytest.warns(DataWarning, match="4 pictures are in"):
        table = read(folder, {"file": cells}, image="file")
    assert [first for first, _ in names(table)] == ["a", "b", "c", "d"]
    assert {second for _, second in names(table)} == {None}


def test_a_row_without_any_picture_is_refused(folder):
    with pytest.raises(ImageError, match="1 cell names no picture") as failure:
        read(folder, {"file": [" ; ", "a.jpg;b.jpg", "c.jpg", "d.jpg"]}, image="file")
    assert failure.value.rows == [1]
    with pytest.raises(ImageError, match="names no picture") as failure:
        read(folder, {"day": ["", *DAY[1:]], "night": [None, *NIGHT[1:]]},
             image="day,night")  # fmt: skip
    assert failure.value.rows == [1]


def test_a_row_to_answer_may_miss_all_its_pictures(folder):
    schema = Schema(image="day", more_images=("night",))
    columns = {"day": [None, *DAY[1:]], "night": ["", "NA", "f.jpg", "g.jpg"]}
    table = read(folder, columns, schema=schema, target=None, may_miss=True)
    assert names(table)[:2] == [(None, None), ("b", None)]
    with pytest.warns(DataWarning, match="has no column 'night'"):
        absent = read(folder, {"day": DAY}, schema=schema, target=None, may_miss=True)
    assert names(absent)[0] == ("a", None)


def test_a_picture_stands_in_one_place_only(folder):
    with pytest.raises(ImageError) as failure:
        read(folder, {"day": DAY, "night": ["e.jpg", "a.jpg", "f.jpg", "d.jpg"]},
             image="day,night")  # fmt: skip
    message = str(failure.value)
    assert "Column 'night'" in message
    assert "2 rows name a picture that is named already (rows 2, 4" in message
    assert "compare with 'day' in rows 1, 4" in message
    with pytest.raises(ImageError, match="is named already") as failure:
        read(folder, {"file": ["a.jpg;b.jpg", "c.jpg", "b.jpg", "d.jpg"]}, image="file")
    assert failure.value.rows == [3]


def test_missing_files_are_named_by_column_and_row(folder):
    with pytest.raises(ImageError) as failure:
        read(folder, {"day": DAY, "night": ["e.jpg", "z.jpg", "f.jpg", "g.jpg"]},
             image="day,night")  # fmt: skip
    message = str(failure.value)
    assert "'night'" in message
    assert "row 2" in message
    assert "'z.jpg'" in message
    with pytest.warns(DataWarning, match="1 × no such picture"):
        table = read(
            folder,
            {"day": DAY, "night": ["e.jpg", "z.jpg", "f.jpg", "g.jpg"]},
            image="day,night",
            on_bad="drop",
            learn=False,
            target=None,
        )
    assert table.rows.tolist() == [1, 3, 4]


def test_semicolons_may_belong_to_names(folder):
    (folder / "a;b.jpg").write_bytes(b"x")
    cells = ["a;b.jpg", *DAY[1:]]
    with pytest.warns(DataWarning, match="in no row"):
        table = read(folder, {"file": cells}, image="file", max_pictures=1)
    assert table.schema.max_pictures is None
    assert table.images[0] == folder / "a;b.jpg"


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"image": "day,nigth"}, ColumnNotFoundError, "'night'"),
        ({"image": "day,day"}, ConfigError, "named twice"),
        ({"image": "day,y"}, ConfigError, "both the image column and the target"),
        ({"image": "day,night", "max_pictures": 2}, ConfigError, "--max-pictures"),
        ({"image": "day,night", "drop": ["night"]}, ConfigError, "is needed"),
    ],
)
def test_wishes_that_contradict_are_refused(folder, options, error, words):
    with pytest.raises(error, match=words):
        read(folder, {"day": DAY, "night": NIGHT}, **options)


def test_lists_stand_alone_and_renamed_columns_are_as_many(folder):
    with pytest.raises(TableError, match="which is named alone"):
        read(folder, {"day": DAY, "night": LISTS}, image="day,night")
    schema = Schema(image="day", more_images=("night",))
    with pytest.raises(ConfigError, match="The schema has 2: day, night"):
        read(folder, {"day": DAY}, image="day", schema=schema, target=None)


def test_lists_for_a_schema_of_single_names():
    frame = pl.DataFrame({"file": [["a"], ["b", "c"]]})
    slots, problems = picture_names(frame, Schema(image="file"))
    assert [s.to_list() for s in slots] == [["a", "b"]]
    assert "more than 1 picture" in problems[0].what


@pytest.mark.parametrize(
    ("columns", "image"),
    [
        ({"file": LISTED}, "file"),
        ({"file": LISTS}, "file"),
        ({"day": ["a.jpg", None, "e.jpg", "g.jpg"],
          "night": ["b.jpg", "d.jpg", "f.jpg", "h.jpg"]}, "day,night"),
    ],
)  # fmt: skip
def test_the_first_picture_of_a_row_names_its_columns(folder, columns, image):
    options = {"image": image, "from_name": "{letter}.jpg", "learn": False}
    table = read(folder, columns, **options)
    assert table.frame["letter"].to_list() == ["a", "d", "e", "g"]
