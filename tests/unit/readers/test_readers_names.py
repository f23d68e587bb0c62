from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidelight.errors import ConfigError, TableError
from sidelight.readers._names import NamePattern


def taken(pattern, *names):
    cells = pl.Series("file", names, dtype=pl.String)
    columns = NamePattern(pattern).columns(cells, "t.csv")
    return {column.name: column.to_list() for column in columns}


@pytest.mark.parametrize(
    ("pattern", "name", "fields"),
    [
        (
            "{site}_{date:%Y%m%d}_{n:int}.jpg",
            "north_ridge_20210704_007.jpg",
            {"site": "north_ridge", "date": date(2021, 7, 4), "n": 7},
        ),
        (
            "{at:%Y-%m-%dT%H%M}{x:float}m.png",
            "2021-07-04T1030-1.5e1m.png",
            {"at": datetime(2021, 7, 4, 10, 30), "x": -15.0},
        ),
        ("{day:%Y%j}*", "2021032_whatever", {"day": date(2021, 2, 1)}),
        ("{day:%d %b %y}.jpg", "04 Jul 21.jpg", {"day": date(2021, 7, 4)}),
        ("{day:%B %Y}.jpg", "July 2021.jpg", {"day": date(2021, 7, 1)}),
        ("{year:%Y}_*.jpg", "2021_a_b.jpg", {"year": date(2021, 1, 1)}),
        ("{hour:%Y%m%d%H}.jpg", "2021070410.jpg", {"hour": datetime(2021, 7, 4, 10)}),
        # The end of the path, as far as the pattern goes.
        ("{site}.jpg", "/data/x/north.jpg", {"site": "north"}),
        (
            "{region}/cam{camera:int}/*.jpg",
            "a/b/north/cam12/1.jpg",
            {"region": "north", "camera": 12},
        ),
        # Signs of regular expressions and doubled ones stand for themselves.
        ("{a}.+({b})[[1]].j{{g", "x.+(y)[1].j{g", {"a": "x", "b": "y"}),
        ("{a}[_{n:int}].jpg", "x.jpg", {"a": "x", "n": None}),
        ("{a}[_{n:int}].jpg", "x_2.jpg", {"a": "x", "n": 2}),
        ("{a}[_{b}[_{c}]].jpg", "x_y.jpg", {"a": "x", "b": "y", "c": None}),
        ("{a}_{b}.jpg", "ä_ö ß.jpg", {"a": "ä", "b": "ö ß"}),
    ],
)
def test_a_name_is_taken_apart(pattern, name, fields):
    assert taken(pattern, name) == {key: [value] for key, value in fields.items()}


def test_rows_without_a_name_have_empty_cells():
    assert taken("{n:int}.jpg", "1.jpg", None) == {"n": [1, None]}


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("a.jpg", "no field in braces"),
        ("{a}_{a}.jpg", "the field 'a' stands in it twice"),
        ("{}_{b}.jpg", "a field has no name"),
        ("{a:integer}.jpg", "'integer' of 'a' is neither int, float nor a date"),
        ("{a:%Y%Q}.jpg", "may hold %Y"),
        ("{a:%}.jpg", "may hold %Y"),
        ("{a:%m%d}.jpg", "has no year"),
        ("{a.jpg", "'{' at character 1 has no counterpart"),
        ("{a}}.jpg", "'}' at character 4|no counterpart"),
        ("{a}].jpg", "']' at character 4 has no counterpart"),
        ("{a}[_{b}.jpg", "no counterpart"),
    ],
)
def test_what_is_no_pattern_is_refused(pattern, said):
    with pytest.raises(ConfigError, match=said) as error:
        NamePattern(pattern)
    assert "--from-name" in str(error.value)
    assert "'{site}_{date:%Y%m%d}_{n:int}.jpg'" in str(error.value)


def test_names_that_do_not_follow_are_counted_and_cited():
    with pytest.raises(TableError) as error:
        taken("{site}_{n:int}.jpg", "a_1.jpg", "b.jpg", "c_2.jpg", "d_x.jpg")
    said = str(error.value)
    assert "Column 'file' in t.csv: 2 of 4 names do not follow the pattern" in said
    assert "rows 2, 4: 'b.jpg', 'd_x.jpg'" in said
    assert "square brackets" in said
    assert error.value.rows == [2, 4]


def test_a_pattern_that_follows_no_name_stands_beside_the_first():
    with pytest.raises(TableError) as error:
        taken("{site}_{n:int}.jpg", None, "north-1.JPG", "south-2.JPG")
    said = str(error.value)
    assert "no name follows the pattern" in said
    assert "'north-1.JPG' is not '{site}_{n:int}.jpg'" in said


def test_days_that_no_month_has_are_cited():
    with pytest.raises(TableError) as error:
        taken("{day:%Y%m%d}.jpg", "20210228.jpg", "20210230.jpg")
    assert "1 name holds no such date as {day:%Y%m%d}" in str(error.value)
    assert "row 2: '20210230.jpg'" in str(error.value)
    with pytest.raises(TableError, match="no such number"):
        taken("{n:int}.jpg", "1.jpg", "9" * 25 + ".jpg")


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="/_\0\n"), min_size=1)


@given(
    st.lists(
        st.tuples(WORDS, st.dates(min_value=date(1000, 1, 1)), st.integers(0, 10**15)),
        min_size=1,
        max_size=8,
    )
)
def test_what_was_put_together_is_taken_apart(rows):
    names = [f"x/{site}_{day:%Y%m%d}_{n:05d}.jpg" for site, day, n in rows]
    found = taken("{site}_{date:%Y%m%d}_{n:int}.jpg", *names)
    assert list(zip(*found.values(), strict=True)) == rows


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_any_text_is_a_pattern_or_refused(text):
    try:
        pattern = NamePattern("{a}" + text)
    except ConfigError:
        return
    # Whatever it is, Polars takes it.
    with pytest.raises(TableError, match="no name follows"):
        pattern.columns(pl.Series("file", [""]), "t.csv")
