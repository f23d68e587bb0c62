import math
from datetime import datetime

import polars as pl
import pytest

from sidelight.table import _cells as cells_


def text(*values):
    return cells_.clean(pl.DataFrame({"x": pl.Series(values, dtype=pl.String)}))["x"]


def test_words_for_empty_and_white_space_become_null():
    cleaned = text("a", "", "  ", "NA", " N/A ", "NaN", "nan", "null", "None", " b ")
    assert cleaned.to_list() == ["a", *[None] * 8, "b"]


def test_null_words_can_be_chosen():
    frame = pl.DataFrame({"x": ["NA", "?", ""]})
    assert cells_.clean(frame, ("?",))["x"].to_list() == ["NA", None, None]


def test_the_image_column_keeps_its_spaces():
    frame = pl.DataFrame({"file": [" a.jpg "], "x": [" a "]})
    assert cells_.clean(frame, images=("file",)).row(0) == (" a.jpg ", "a")


def test_numbers_are_read_from_text():
    values, problems = cells_.to_numeric(text("1", "-2.5", "1e3", "NaN", "", "+7"))
    assert values.to_list() == [1, -2.5, 1000, None, None, 7]
    assert values.dtype == pl.Float64
    assert problems == []


@pytest.mark.parametrize("dtype", [pl.Int16, pl.UInt8, pl.Float32, pl.Decimal(10, 2)])
def test_numbers_of_every_type_become_float64(dtype):
    values, problems = cells_.to_numeric(pl.Series("x", [1, None, 3]).cast(dtype))
    assert (values.to_list(), values.dtype, problems) == (
        [1.0, None, 3.0],
        pl.Float64,
        [],
    )


def test_a_float_nan_is_missing():
    values, problems = cells_.to_numeric(pl.Series("x", [1.0, math.nan]))
    assert (values.to_list(), problems) == ([1.0, None], [])


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("?", "a cell that is not a number"),
        ("1_000", "a cell that is not a number"),
        ("1,5", "a cell that is not a number"),
        ("inf", "an infinite number"),
        ("-Infinity", "an infinite number"),
        ("1e400", "an infinite number"),
        ("1e308", "a number too large to compute with"),
        ("-2e30", "a number too large to compute with"),
    ],
)
def test_each_unusable_number_is_found(cell, reason):
    values, problems = cells_.to_numeric(text(*["1"] * 20, cell))
    assert [(p.reason, p.positions.tolist(), p.values) for p in problems] == [
        (reason, [20], [cell])
    ]
    assert values[20] is None


def test_numbers_with_a_decimal_comma_name_the_option():
    _, problems = cells_.to_numeric(text("3,5", "1,25", "4"))
    assert "decimal comma" in problems[0].what
    assert "--decimal ," in problems[0].fix
    assert "decimal=','" in problems[0].fix
    assert "categorical" in problems[0].fix
    assert not problems[0].droppable


def test_only_cells_with_a_comma_are_said_to_have_one():
    _, (problem,) = cells_.to_numeric(text(*["1,5"] * 8, "2", "n/a"))
    assert problem.positions.tolist() == list(range(8))


def test_numbers_with_a_decimal_comma_are_read_on_request():
    values, problems = cells_.to_numeric(text("3,5", "-1,25e2", "4", "2.5"), ",")
    assert (values.to_list(), problems) == ([3.5, -125.0, 4.0, 2.5], [])


def test_degrees_outside_their_range_are_found():
    values, problems = cells_.to_degrees(text("90", "91", "-90.5"), -90, 90)
    assert values[0] == 90
    assert problems[0].positions.tolist() == [1, 2]
    assert problems[0].values == [91.0, -90.5]
    assert "[-90, 90]" in problems[0].what


def test_booleans_are_read_from_words():
    values, problems = cells_.to_boolean(text("Yes", "no", "TRUE", "0", ""))
    assert (values.to_list(), problems) == ([True, False, True, False, None], [])


def test_a_word_that_is_neither_true_nor_false_is_found():
    _, problems = cells_.to_boolean(text("yes", "maybe", ""))
    assert (problems[0].positions.tolist(), problems[0].values) == ([1], ["maybe"])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pl.Series(["3", "007", "2.50"]), ["3", "007", "2.50"]),
        (pl.Series([3.0, 2.5, None]), ["3", "2.5", None]),
        (pl.Series(["3.0", "-1.00"]), ["3", "-1"]),
        (pl.Series([1, 2]), ["1", "2"]),
        (pl.Series([True, False]), ["true", "false"]),
        (pl.Series([math.nan, 1.0]), [None, "1"]),
    ],
)
def test_labels_are_the_same_from_every_format(values, expected):
    assert cells_.labels(values).to_list() == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2021-03-04", datetime(2021, 3, 4)),
        ("2021-03-04T10:30", datetime(2021, 3, 4, 10, 30)),
        ("2021-03-04 10:30:15", datetime(2021, 3, 4, 10, 30, 15)),
        ("2021-03-04T10:30:15.25", datetime(2021, 3, 4, 10, 30, 15, 250000)),
        ("2021-03-04T10:30:15Z", datetime(2021, 3, 4, 10, 30, 15)),
        ("2021-03-04T10:30+02:00", datetime(2021, 3, 4, 8, 30)),
        ("2021-03-04T10:30:00-0130", datetime(2021, 3, 4, 12)),
        ("2021-03-04T10:30:00+05", datetime(2021, 3, 4, 5, 30)),
        ("2021-03-04T10:30Z", datetime(2021, 3, 4, 10, 30)),
    ],
)
def test_iso_dates_are_read_in_utc(cell, expected):
    values, problems = cells_.to_datetime(text(cell, ""))
    assert (values.to_list(), problems) == ([expected, None], [])
    assert values.dtype == pl.Datetime("us")


def test_a_day_that_does_not_exist_is_found():
    _, problems = cells_.to_datetime(text("2021-02-28", "2021-02-30", "soon"))
    assert problems[0].positions.tolist() == [1, 2]
    assert problems[0].values == ["2021-02-30", "soon"]


@pytest.mark.parametrize(
    "other", ["2021-03-04T10:00:00", "04/03/2021", "4.3.2021", "2021/03/04"]
)
def test_dates_in_two_formats_name_the_rarer_rows(other):
    _, problems = cells_.to_datetime(text("2021-03-04", other, "2021-03-05"))
    assert problems[0].positions.tolist() == [1]
    assert problems[0].values == [other]
    assert "2 formats" in problems[0].what
    assert not problems[0].droppable


def test_a_zone_in_some_cells_only_is_two_formats():
    _, problems = cells_.to_datetime(
        text("2021-03-04T10:00", "2021-03-04T10:00Z", "2021-03-04T11:00")
    )
    assert problems[0].positions.tolist() == [1]


def test_zoned_timestamps_become_utc():
    stamp = pl.Series("x", [datetime(2021, 6, 1, 12)]).dt.replace_time_zone(
        "Europe/Berlin"
    )
    assert cells_.to_datetime(stamp)[0].to_list() == [datetime(2021, 6, 1, 10)]
    assert cells_.to_datetime(stamp.dt.date())[0].to_list() == [datetime(2021, 6, 1)]


def test_numbers_are_no_dates():
    _, problems = cells_.to_datetime(pl.Series("x", [20210304]))
    assert "not dates" in problems[0].what
