"""What each kind of column learns and how it encodes, against numbers by hand."""

import datetime as dt
import math

import numpy as np
import polars as pl
import pytest

from sidelight.errors import TableError
from sidelight.preprocessing.columns.boolean import Boolean
from sidelight.preprocessing.columns.categorical import Categorical
from sidelight.preprocessing.columns.datetime import Datetime
from sidelight.preprocessing.columns.location import Location
from sidelight.preprocessing.columns.numeric import Numeric
from sidelight.registry import KINDS
from sidelight.schema import Column


def fitted(kind, values, **options):
    column = Column(name="x", kind=kind, sources=("x",), **options)
    return KINDS.get(kind).obj.fit(column, pl.DataFrame({"x": values}))


def encoded(column, values, dtype=None):
    cells = pl.Series("x", values, dtype=dtype)
    out = np.full((len(cells), column.width), 77, dtype="float32")
    column.encode(cells.to_frame(), out)
    return out.tolist()


def numeric(values, **options):
    return fitted("numeric", pl.Series(values, dtype=pl.Float64), **options)


def test_standard_scaling():
    column = numeric([2, 4, 4, 4, 5, 5, 7, 9])  # mean 5, standard deviation 2
    assert isinstance(column, Numeric)
    assert (column.center, column.spread) == (5, 2)
    assert encoded(column, [5.0, 9.0, 1.0]) == [[0], [2], [-2]]


def test_robust_scaling():
    column = numeric([1, 2, 3, 4, 1000], scale="robust")  # quartiles 2, 3 and 4
    assert (column.center, column.spread) == (3, 2)
    assert encoded(column, [5.0, 1.0]) == [[1], [-1]]


def test_robust_scaling_of_mostly_equal_values_falls_back_on_the_deviation():
    column = numeric([0, 0, 0, 0, 10], scale="robust")
    assert (column.center, column.spread) == (0, 4)


def test_log_scaling_is_signed_and_in_units_of_the_median_size():
    column = numeric([-3, 1, 1, 3], scale="log")
    logs = [-math.log(2.5), math.log(1.5), math.log(1.5), math.log(2.5)]
    mean = sum(logs) / 4
    spread = math.sqrt(sum((x - mean) ** 2 for x in logs) / 4)
    assert column.log_unit == 2  # the median of 1, 1, 3, 3
    assert column.center == pytest.approx(mean)
    assert column.spread == pytest.approx(spread)
    ((value,),) = encoded(column, [6.0])
    assert value == pytest.approx((math.log(4) - mean) / spread, rel=1e-6)
    ((value,),) = encoded(column, [0.0])
    assert value == pytest.approx(-mean / spread, rel=1e-6)


def test_log_scaling_of_zeros_has_a_unit():
    assert numeric([0, 0, 0, 5], scale="log").log_unit == 1


@pytest.mark.parametrize(
    ("missing", "fill"),
    [("auto", 3), ("median", 3), ("mean", 4.5), ("most_frequent", 2)],
)
def test_gaps_are_filled_and_marked(missing, fill):
    column = numeric([2, 14, 2, 3, None, 0, 4, 6.5], missing=missing)
    assert (column.missing, column.fill) == (1, fill)
    filled, there = encoded(column, [None, column.fill])
    assert filled[0] == there[0]
    assert (filled[1], there[1]) == (1, 0)


def test_an_indicator_needs_a_gap_in_training():
    column = numeric([1, 2, 3])
    assert column.width == 1
    assert encoded(column, [None, 2.0], pl.Float64) == [[0], [0]]
    gappy = numeric([1, None, 3])
    assert encoded(gappy, [1.0, 3.0]) == [[-1, 0], [1, 0]]


def test_values_far_outside_are_held_at_ten_deviations():
    column = numeric([-1, 1])
    assert encoded(column, [1e30, -1e30, 10.5, 9.5]) == [[10], [-10], [10], [9.5]]


def test_a_constant_stays_near_zero():
    column = numeric([0.1] * 7)
    assert column.spread == 1
    ((value,),) = encoded(column, [0.1])
    assert value == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("unit", [1e-20, 1e-9, 1.0, 1e9, 1e29])
def test_the_unit_of_a_column_does_not_matter(unit):
    column = numeric([1 * unit, 2 * unit, 3 * unit])
    values = np.ravel(encoded(column, [1 * unit, 2 * unit, 3 * unit]))
    assert values == pytest.approx([-math.sqrt(1.5), 0, math.sqrt(1.5)], abs=1e-5)


def test_a_large_offset_does_not_drown_the_differences():
    column = numeric([1e9 + 1000, 1e9 + 3000])
    assert encoded(column, [1e9 + 1000, 1e9 + 2000]) == [[-1], [0]]


def test_bins_hold_equally_many_training_rows_in_scaled_units():
    column = numeric(range(97))  # 48 bins of two rows, edges at 0, 2, ..., 96
    edges = (np.arange(0, 97, 2) - 48) / column.spread
    np.testing.assert_allclose(column.bins, edges, rtol=1e-6)
    assert column.feature(0).bins == column.bins


def test_bins_have_no_repeated_edge_and_stay_within_what_is_encoded():
    column = numeric([0] * 900 + [1] * 99 + [1e6])
    low, high = -column.center / column.spread, (1 - column.center) / column.spread
    np.testing.assert_allclose(column.bins, [low, high, 10], rtol=1e-5)


def test_a_constant_has_one_bin():
    column = numeric([3] * 5)
    np.testing.assert_allclose(column.bins, [0, 1])


def test_bins_of_many_rows_come_from_a_sample_that_is_always_the_same():
    values = np.random.default_rng(0).uniform(size=200_000)
    first, second = numeric(values), numeric(values)
    assert first.bins == second.bins
    assert len(first.bins) == 49
    even = np.linspace(values.min(), values.max(), 49)
    edges = np.array(first.bins) * first.spread + first.center
    np.testing.assert_allclose(edges, even, atol=0.01)
    np.testing.assert_allclose(edges[[0, -1]], even[[0, -1]], atol=1e-6)


def test_several_words_have_a_position_each_then_rare_and_unknown():
    column = fitted("multi_hot", ["b;a", "a|b", " c ;; a ", "b", ";", None])
    assert (column.words, column.rare, column.width) == (("a", "b"), ("c",), 5)
    assert column.unseen == (3,)
    asked = ["a", "b|a;a", "c;new", "", ";|", None]
    assert encoded(column, asked) == [
        [1, 0, 0, 0, 0],
        [1, 1, 0, 0, 0],
        [0, 0, 1, 1, 0],
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 1],
    ]
    flags = column.unusual(pl.DataFrame({"x": asked}))["never seen in training"]
    assert flags.tolist() == [False, False, True, False, False, False]


def test_several_words_without_rare_ones_or_gaps():
    column = fitted("multi_hot", ["b;a", "a|b"])
    assert (column.rare, column.width, column.unseen) == ((), 4, (2, 3))
    assert fitted("multi_hot", ["b;a"], min_count=1).words == ("a", "b")


def test_words_are_counted_once_a_row():
    assert fitted("multi_hot", ["a;a;a", "b", "b"]).words == ("b",)


def test_cells_without_any_word_cannot_be_fitted():
    with pytest.raises(TableError, match="--drop x"):
        fitted("multi_hot", [";", "|", None])


def test_words_have_their_indices_after_missing_unknown_and_rare():
    column = fitted("categorical", ["b", "a", "b", "a", "z", None])
    assert isinstance(column, Categorical)
    assert (column.words, column.rare, column.levels) == (("a", "b"), ("z",), 5)
    asked = [None, "new", "z", "a", "b"]
    assert encoded(column, asked) == [[0], [1], [2], [3], [4]]
    assert column.unusual(pl.DataFrame({"x": asked}))[
        "never seen in training"
    ].tolist() == [False, True, False, False, False]


def test_how_often_a_word_must_be_seen_is_a_choice():
    words = ["a"] * 3 + ["b"] * 2 + ["c"]
    assert fitted("categorical", words, min_count=1).words == ("a", "b", "c")
    assert fitted("categorical", words, min_count=3).words == ("a",)
    all_rare = fitted("categorical", words, min_count=9)
    assert (all_rare.words, all_rare.levels) == ((), 3)
    assert encoded(all_rare, ["a", "c", "d"]) == [[2], [2], [1]]


def test_the_most_frequent_word_fills_gaps_and_a_tie_goes_to_the_first():
    column = fitted("categorical", ["b", "a", "b", "a", None], missing="most_frequent")
    assert column.most_frequent == "a"
    assert encoded(column, [None, "b"]) == [[3], [4]]


def test_the_empty_word_and_numbers_as_words():
    column = fitted("categorical", ["", "", "10", "10", "9", "9"])
    assert column.words == ("", "10", "9")
    assert encoded(column, ["", "9"]) == [[3], [5]]


def test_truth_has_a_sign():
    column = fitted("boolean", [True, False, True])
    assert isinstance(column, Boolean)
    assert encoded(column, [True, False, None]) == [[1], [-1], [0]]
    gappy = fitted("boolean", [True, None])
    assert encoded(gappy, [True, False, None]) == [[1, 0], [-1, 0], [0, 1]]


def test_moments_on_the_circles_of_year_and_day():
    column = fitted("datetime", [dt.datetime(2020, 1, 1, 6), dt.datetime(2020, 7, 1)])
    assert isinstance(column, Datetime)
    assert column.width == 4
    moments = [
        dt.datetime(2021, 1, 1),
        dt.datetime(2021, 1, 1, 6),
        dt.datetime(2021, 1, 1, 12),
        dt.datetime(1969, 12, 31, 18),
    ]
    rows = np.array(encoded(column, moments))
    hours = [[0, 1], [1, 0], [0, -1], [-1, 0]]
    np.testing.assert_allclose(rows[:, 2:], hours, atol=1e-6)
    assert rows[0, :2].tolist() == [0, 1]
    turn = 2 * math.pi * 364.75 / 365.2425
    np.testing.assert_allclose(rows[3, :2], [math.sin(turn), math.cos(turn)], atol=1e-6)


def test_the_year_has_no_seam():
    column = fitted("datetime", [dt.datetime(2020, 1, 1, 6)])
    rows = np.array(
        encoded(column, [dt.datetime(2020, 12, 31, 23), dt.datetime(2021, 1, 1, 1)])
    )
    assert np.linalg.norm(rows[0, :2] - rows[1, :2]) < 0.03
    np.testing.assert_allclose(np.hypot(rows[:, 0], rows[:, 1]), 1, rtol=1e-6)


def test_dates_without_hours_have_one_circle_and_gaps_are_zero():
    column = fitted("datetime", [dt.datetime(2020, 1, 1), None])
    assert column.width == 3
    quarter = dt.datetime(2020, 4, 1)  # day 92 of a leap year, 91 days after the first
    rows = encoded(column, [quarter, None])
    turn = 2 * math.pi * 91 / 365.2425
    assert rows[0] == pytest.approx([math.sin(turn), math.cos(turn), 0], abs=1e-6)
    assert rows[1] == [0, 0, 1]


def test_moments_outside_training_are_noticed():
    column = fitted(
        "datetime", [dt.datetime(2020, 1, 1), dt.datetime(2020, 6, 1, 1, 2, 3, 456)]
    )
    asked = [dt.datetime(2019, 12, 31), dt.datetime(2020, 6, 1, 1, 2, 3, 456), None]
    (mask,) = column.unusual(pl.DataFrame({"x": asked})).values()
    assert mask.tolist() == [True, False, False]


def place(latitudes, longitudes):
    return pl.DataFrame({"lat": latitudes, "lon": longitudes}, strict=False).cast(
        pl.Float64
    )


def located(frame):
    column = Column(name="location", kind="location", sources=("lat", "lon"))
    return Location.fit(column, frame)


def test_places_are_unit_vectors():
    column = located(place([0], [0]))
    frame = place([0, 0, 90, -90, 0, 0, 45], [0, 90, 0, 50, 180, -180, 360])
    out = np.empty((7, 3), "float32")
    column.encode(frame, out)
    half = math.sqrt(0.5)
    expected = [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
        [0, 0, -1],
        [-1, 0, 0],
        [-1, 0, 0],
        [half, 0, half],
    ]
    np.testing.assert_allclose(out, expected, atol=3e-7)


def test_half_a_place_is_none():
    column = located(place([1, None, 3], [1, 2, None]))
    assert (column.missing, column.width) == (2, 4)
    out = np.empty((3, 4), "float32")
    column.encode(place([None, 0, None], [5, 0, None]), out)
    assert out.tolist() == [[0, 0, 0, 1], [1, 0, 0, 0], [0, 0, 0, 1]]


@pytest.mark.parametrize("kind", ["numeric", "categorical", "boolean", "datetime"])
def test_a_column_without_a_value_cannot_be_fitted(kind):
    dtype = {
        "numeric": pl.Float64,
        "categorical": pl.String,
        "boolean": pl.Boolean,
        "datetime": pl.Datetime,
    }[kind]
    with pytest.raises(TableError, match="--drop x"):
        fitted(kind, pl.Series([None, None], dtype=dtype))


def test_a_place_without_a_value_cannot_be_fitted():
    with pytest.raises(TableError, match="--drop location"):
        located(place([1, None], [None, 2]))


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (lambda: numeric([1, 3]), "minus mean 2, over std 1"),
        (lambda: numeric([1, 3, None]), "gaps filled with 2; an indicator says"),
        (lambda: numeric([1, 3], scale="robust"), "minus median 2, over IQR 1"),
        (lambda: numeric([1, 3], scale="log"), "logarithm in units of 2"),
        (lambda: fitted("categorical", ["a", "a", "b"]), "1 rare ones share a level"),
        (lambda: fitted("multi_hot", ["a;b", "a"]), "1 words, 0 or 1 each; 1 rare"),
        (lambda: fitted("boolean", [True]), "true is 1, false is -1"),
        (
            lambda: fitted("datetime", [dt.datetime(2020, 1, 1)]),
            "cosine of day of year",
        ),
        (lambda: located(place([1], [1])), "unit vector on the sphere"),
    ],
)
def test_a_column_says_what_is_done_to_it(column, words):
    assert words in column().describe()
