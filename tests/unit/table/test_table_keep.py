"""Reading with all flaws: nothing is refused, and everything is said."""

from __future__ import annotations

import polars as pl
import pytest
from PIL import Image

from sidelight.errors import ColumnNotFoundError, ConfigError
from sidelight.readers import read_table


@pytest.fixture
def frame(tmp_path):
    for number in range(8):
        Image.new("L", (4, 4)).save(tmp_path / f"{number}.png")
    return pl.DataFrame(
        {
            "file": ["0.png", "1.png", "gone.png", "3.png", "3.png", None, "6.png"],
            "label": ["a", "b", "a", None, "b", "a", "b"],
            "depth": [" 1", "2", "3", "deep", "5", "6", "7"],
        }
    )


def test_bad_rows_stay_with_their_cells_emptied_and_their_problems_told(
    frame, tmp_path
):
    table = read_table(
        frame, image="file", target="label", images=tmp_path, on_bad="keep",
        kinds={"depth": "numeric"},
    )  # fmt: skip
    assert table.rows.tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert table.frame["depth"].to_list() == [1, 2, 3, None, 5, 6, 7]
    assert table.dropped == {}
    names = [path and path.name for path in table.images]
    # A picture that is named twice can be looked at all the same.
    assert names == ["0.png", "1.png", None, "3.png", "3.png", None, "6.png"]
    kept = table.as_read
    assert kept.frame["depth"][0] == " 1"
    found = {(p.column, tuple(p.positions.tolist())) for p in kept.problems}
    assert found == {
        ("depth", (3,)),
        ("label", (3,)),
        ("file", (5,)),
        ("file", (2,)),
        ("file", (4,)),
    }
    (said,) = kept.unnamed
    assert "4 pictures are in" in said
    assert table.at(table.rows[:2] - 1).as_read is None


def test_a_target_that_teaches_nothing_is_told_too(frame):
    frame = frame.with_columns(label=pl.lit("a"))
    table = read_table(frame.drop("file"), target="label", on_bad="keep")
    assert any("nothing to learn" in p.what for p in table.as_read.problems)


def test_what_is_not_there_is_still_an_error(frame):
    with pytest.raises(ColumnNotFoundError, match="lable"):
        read_table(frame, target="lable", on_bad="keep")
    with pytest.raises(ConfigError, match="'keep'"):
        read_table(frame, on_bad="kept")
