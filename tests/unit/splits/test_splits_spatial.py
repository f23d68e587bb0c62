"""Whole blocks on the sphere, their buffer, and folds of them."""

import numpy as np
import polars as pl
import pytest

from sidelight.errors import SplitError
from sidelight.schema import Column, Schema
from sidelight.splits import SplitConfig, make_folds, make_split
from sidelight.splits.spatial import blocks, coordinates, spatial, with_buffer
from sidelight.table import Table

PLACE = Column(name="location", kind="location", sources=("lat", "lon"))


def places(degrees, metadata=(PLACE,)):
    latitude, longitude = np.asarray(degrees, dtype=float).T
    frame = pl.DataFrame({"lat": latitude, "lon": longitude}, nan_to_null=True)
    return Table(
        frame, Schema(columns=metadata), "t.csv", np.arange(1, frame.height + 1)
    )


def around_the_globe(num_rows=400, seed=0):
    rng = np.random.default_rng(seed)
    latitude = np.degrees(np.arcsin(rng.uniform(-1, 1, num_rows)))
    return np.stack([latitude, rng.uniform(-180, 180, num_rows)], axis=1)


def test_one_block_holds_both_spellings_of_a_longitude_and_the_whole_pole():
    number = blocks(np.array([[5.0, -175.0], [5.0, 185.0], [5.0, 175.0]]), 10.0)
    assert number[0] == number[1] != number[2]
    # The cap within 10° of a pole has 360 cos(85°) / 10 = 3.1 cells.
    polar = np.array([[85.0, lon] for lon in range(-180, 180, 5)])
    assert len(np.unique(blocks(polar, 10.0))) == 3


@pytest.mark.parametrize("size", [1.0, 7.0, 10.0, 90.0])
def test_the_ends_of_the_globe_have_a_block(size):
    ends = np.array([[90.0, 180.0], [-90.0, -180.0], [90.0, 0.0], [0.0, 360.0]])
    just_inside = np.array([[89.999, 180], [-89.999, -180], [89.999, 0], [0.0, 0.0]])
    assert blocks(ends, size).tolist() == blocks(just_inside, size).tolist()


def test_blocks_are_alike_in_area():
    number = blocks(around_the_globe(200_000), 30.0)
    _, counts = np.unique(number, return_counts=True)
    # Equal-width cells in degrees would differ by cos(75°) = 0.26 and more.
    assert counts.min() > 0.7 * counts.max()


def test_the_buffer_is_a_great_circle_and_leaves_out_train_rows_only():
    degrees = np.array([[60.0, 0.0], [60.0, 9.0], [60.0, 11.0], [0.0, 9.0]])
    parts = np.array([2, 0, 0, 0], dtype=np.int8)
    # At 60° north, 9° of longitude are 4.4988° of the globe and 11° are 5.497°.
    split = with_buffer(degrees, parts, SplitConfig(buffer_deg=5.0), "note")
    assert split.assignment.tolist() == [2, -1, 0, 0]
    assert split.note == "note, 1 training rows within 5° left out"
    assert parts.tolist() == [2, 0, 0, 0]


def test_the_buffer_crosses_the_date_line():
    degrees = np.array([[0.0, 179.5], [0.0, -179.5], [0.0, 0.0]])
    parts = np.array([1, 0, 0], dtype=np.int8)
    split = with_buffer(degrees, parts, SplitConfig(buffer_deg=1.5), "")
    assert split.assignment.tolist() == [1, -1, 0]


def test_coordinates_come_from_named_columns_or_the_schema():
    table = places([[1.0, 2.0], [3.0, 4.0]])
    assert coordinates(table, SplitConfig()).tolist() == [[1, 2], [3, 4]]
    swapped = SplitConfig(latitude="lon", longitude="lat")
    assert coordinates(table, swapped).tolist() == [[2, 1], [4, 3]]
    with pytest.raises(SplitError, match="--lat lat --lon lon"):
        coordinates(places([[1.0, 2.0]], metadata=()), SplitConfig())


def test_coordinates_beyond_the_schema_are_read_and_checked():
    frame = pl.DataFrame({"y": ["1.5", "-2"], "x": ["3", "95"], "z": ["3", "east"]})
    table = Table(frame, Schema(), "t.csv", np.arange(1, 3))
    read = coordinates(table, SplitConfig(latitude="y", longitude="x"))
    assert read.tolist() == [[1.5, 3], [-2, 95]]
    with pytest.raises(SplitError, match=r"outside \[-90, 90\]") as caught:
        coordinates(table, SplitConfig(latitude="x", longitude="y"))
    assert (caught.value.rows, caught.value.column) == ([2], "x")
    with pytest.raises(SplitError, match="is not a number"):
        coordinates(table, SplitConfig(latitude="y", longitude="z"))
    with pytest.raises(SplitError, match="--lat lat --lon lon"):
        coordinates(table, SplitConfig(latitude="y"))


def test_small_blocks_do_not_share_a_number():
    # 360,000 cells in a band of 0.001 degrees: more than fit in five digits.
    far = np.array([[0.0005, 100.0005], [0.0015, 0.0005]])
    first, second = blocks(far, 0.001)
    assert first != second


def test_positions_that_are_no_numbers_are_missing():
    latitude = pl.Series("lat", [1.0, float("nan")])
    frame = pl.DataFrame({"lat": latitude, "lon": [1.0, 2.0]})
    table = Table(frame, Schema(columns=(PLACE,)), "t.csv", np.arange(1, 3))
    with pytest.raises(SplitError, match="needs every position"):
        coordinates(table, SplitConfig())


def test_a_fold_that_lacks_a_class_in_training_is_refused():
    degrees = [[5.0, lon] for lon in (5, 45, 85, 125)] * 5
    frame = places(degrees).frame.with_columns(y=pl.Series(["b", "a", "a", "a"] * 5))
    schema = Schema(columns=(PLACE,), target="y", task="binary")
    table = Table(frame, schema, "t.csv", np.arange(1, 21))
    with pytest.raises(SplitError, match="no training row has the class 'b'"):
        make_folds(table, SplitConfig(method="spatial"), 4)


def test_missing_positions_and_too_few_blocks_are_refused():
    with pytest.raises(SplitError, match="needs every position") as caught:
        coordinates(places([[1.0, 2.0], [np.nan, 4.0]]), SplitConfig())
    assert caught.value.rows == [2]
    with pytest.raises(SplitError, match="in 1 blocks of 10°"):
        spatial(places([[1.0, 2.0]] * 9), SplitConfig())


def test_a_spatial_split_comes_near_the_wanted_fractions():
    table = places(around_the_globe())
    split = make_split(table, SplitConfig(method="spatial"))
    counts = split.counts()
    assert abs(counts["train"] - 280) <= 20
    assert abs(counts["val"] - 60) <= 20


def test_folds_test_every_row_once_and_keep_blocks_whole():
    degrees = around_the_globe()
    folds = make_folds(
        places(degrees), SplitConfig(method="spatial", buffer_deg=3.0), num_folds=4
    )
    tested = np.sum([f.assignment == 2 for f in folds], axis=0)
    validated = np.sum([f.assignment == 1 for f in folds], axis=0)
    assert (tested == 1).all()
    assert (validated == 1).all()
    number = blocks(degrees, 10.0)
    for fold in folds:
        assert fold.left_out > 0
        held_out = [set(number[fold.indices(part)]) for part in ("val", "test")]
        trained = set(number[fold.indices("train")])
        assert not held_out[0] & held_out[1]
        assert not trained & (held_out[0] | held_out[1])


@pytest.mark.parametrize("num_folds", [2, 5])
def test_folds_need_blocks_and_something_to_train_on(num_folds):
    four_blocks = [[5.0, lon] for lon in (5, 45, 85, 125)] * 5
    with pytest.raises(SplitError, match=f"4 blocks cannot make {num_folds} folds"):
        make_folds(places(four_blocks), SplitConfig(method="spatial"), num_folds)
