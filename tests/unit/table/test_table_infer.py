from datetime import date

import polars as pl
import pytest

from sidelight.errors import (
    ColumnNotFoundError,
    ConfigError,
    TableError,
    UnknownNameError,
)
from sidelight.table import infer_schema, infer_task

N = 20


def infer(columns, *, image=None, target=None, **options):
    frame = pl.DataFrame(columns)
    return infer_schema(frame, source="t.csv", image=image, target=target, **options)


def kinds(columns, **options):
    return {c.name: c.kind for c in infer(columns, **options).columns}


def kind(cells, **options):
    return kinds({"x": cells}, **options).get("x")


def amounts(*names):
    return {name: [1.5, 2.5] for name in names}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([str(i % 7) for i in range(N)], "numeric"),
        (["1.5", "x"] * 9 + ["2.5"] * 162, "numeric"),
        (["1.5", "x"] * 10, "categorical"),
        (["0", "1"] * 10, "numeric"),
        ([0, 1] * 10, "numeric"),
        (["true", "False", ""] * 5, "boolean"),
        (["yes", "NO"] * 5, "boolean"),
        (["yes", "false"] * 5, "categorical"),
        (["yes", "no", "unknown"] * 5, "categorical"),
        ([True, False], "boolean"),
        (["2021-03-04", "2021-03-05"], "datetime"),
        (["2021-03-04T10:00", "2021-03-05T10:00"], "datetime"),
        ([date(2021, 3, 4), date(2021, 3, 5)], "datetime"),
        (["urban", "rural", "urban"], "categorical"),
        (["3,5", "2,5", "1,5"], "numeric"),
    ],
)
def test_kind_is_told_from_the_cells(cells, expected):
    assert kind(cells) == expected


def test_exactly_nine_tenths_of_numbers_are_numeric():
    assert kind(["a"] + [str(i / 2) for i in range(9)]) == "numeric"
    assert kind(["a", "a"] + [str(i / 2) for i in range(17)] + ["a"]) == "categorical"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["", "NA", None], "is empty in every row"),
        ([None, None], "is empty in every row"),
        (["a", "a", " a"], "is the same in every row"),
        ([3, 3, 3], "is the same in every row"),
        (["ann", "bob", "cyd"], "names the rows"),
        (list(range(1, 9)), "numbers the rows"),
        (["3", "0", "2", "1"], "numbers the rows"),
        (["04/03/2021", "05/03/2021", "05/03/2021"], "dates written as"),
        ([[1], [2]], "holds values of type"),
    ],
)
def test_what_cannot_be_metadata_is_ignored_with_its_reason(cells, reason):
    schema = infer({"x": cells})
    assert schema.columns == ()
    assert schema.ignored["x"].startswith(reason)


def test_one_value_beside_empty_cells_says_something():
    assert kind(["flag", "", "flag"]) == "categorical"


def test_unique_whole_numbers_are_ignored_only_if_their_name_says_so():
    cells = [40, 7, 19, 3]
    assert "scene_id" in infer({"scene_id": cells}).ignored
    assert kinds({"altitude": cells}) == {"altitude": "numeric"}


def test_image_target_and_dropped_columns_are_no_metadata():
    schema = infer(
        {"file": ["a", "b"], "y": ["u", "v"], "note": ["p", "p"], "z": [1.5, 2.5]},
        image="file",
        target="y",
        drop=["note"],
    )
    assert [c.name for c in schema.columns] == ["z"]
    assert schema.ignored == {
        "note": "left out on request",
        "file": "names the picture",
        "y": "is the target",
    }


@pytest.mark.parametrize(
    "names",
    [
        ("lat", "lon"),
        ("latitude", "longitude"),
        ("LAT", "LNG"),
        ("lat_deg", "long_deg"),
        ("scene_lat", "scene_lon"),
        ("decimalLatitude", "decimalLongitude"),
    ],
)
def test_a_location_is_found_by_its_names(names):
    schema = infer(amounts(*names))
    assert [(c.name, c.kind, c.sources) for c in schema.columns] == [
        ("location", "location", names)
    ]


@pytest.mark.parametrize(
    "names", [("lat", "scene_lon"), ("lat", "long_side"), ("flat", "balloon")]
)
def test_names_that_do_not_belong_together_are_no_location(names):
    assert set(kinds(amounts(*names)).values()) == {"numeric"}


def test_two_locations_have_two_names():
    names = ["lat", "lon", "camera_lat", "camera_lon"]
    assert set(kinds(amounts(*names))) == {
        "location",
        "location_camera",
    }


def test_a_location_does_not_take_another_columns_name():
    cells = {"lat": [1.5, 2], "lon": [1.5, 2], "location": ["a", "a"]}
    assert "lat_lon" in kinds(cells)


def test_a_location_can_be_given():
    cells = {"north": [1.5, 2.5], "east": [1.5, 2.5]}
    assert kinds(cells, latitude="north", longitude="east") == {"location": "location"}


def test_text_is_no_latitude():
    assert kinds({"lat": ["a", "b", "a"], "lon": [1.5, 2.5, 3]}) == {
        "lat": "categorical",
        "lon": "numeric",
    }


def test_a_given_kind_wins():
    assert kind(["1", "2", "1"], kinds={"x": "categorical"}) == "categorical"
    assert kind(["a", "b", "c"], kinds={"x": "categorical"}) == "categorical"
    both = {"lat": [1.5, 2.5], "lon": [1.5, 2.5]}
    assert kinds(both, kinds={"lat": "numeric"}) == {"lat": "numeric", "lon": "numeric"}


@pytest.mark.parametrize(
    ("cells", "task"),
    [
        (["a", "b", "a"], "binary"),
        (["a", "b", "c", "a"], "multiclass"),
        ([True, False], "binary"),
        (["1", "2", "3"] * 3, "multiclass"),
        ([0, 1] * 4, "binary"),
        ([1.0, 2.0, 3.0] * 3, "multiclass"),
        ([1.5, 2.5] * 5, "regression"),
        (["1.5", "2.5"] * 5, "regression"),
        (list(range(21)) * 5, "regression"),
        (list(range(20)) * 5, "multiclass"),
        ([1, 2, 3, 4], "regression"),
    ],
)
def test_the_task_is_told_from_the_target(cells, task):
    assert infer_task(pl.Series("y", cells)) == task


def test_the_task_can_be_given():
    cells = {"y": [0, 1, 2] * 5}
    assert infer(cells, target="y", task="regression").task == "regression"
    assert infer(cells, target="y", kinds={"y": "numeric"}).task == "regression"
    floats = {"y": [0.5, 1.5] * 5}
    assert infer(floats, target="y", kinds={"y": "categorical"}).task == "binary"


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"image": "fil"}, ColumnNotFoundError, "Did you mean 'file'?"),
        ({"drop": ["b"]}, ColumnNotFoundError, "no column 'b'"),
        ({"kinds": {"y": "fruit"}}, UnknownNameError, "column kind 'fruit'"),
        ({"kinds": {"y": "location"}}, ConfigError, "two columns"),
        ({"latitude": "y"}, ConfigError, "only the latitude"),
        ({"image": "y", "target": "y"}, ConfigError, "both"),
        ({"target": "y", "drop": ["y"]}, ConfigError, "needed"),
        ({"target": "y", "task": "ranking"}, UnknownNameError, "task 'ranking'"),
    ],
)
def test_wishes_that_cannot_be_met(options, error, said):
    with pytest.raises(error, match=said.replace("?", r"\?")):
        infer({"file": ["a", "b"], "y": [1, 2]}, **options)


def test_lists_are_no_target():
    with pytest.raises(TableError, match=r"'y' in t\.csv: the cells are of type"):
        infer({"y": [[1], [2]]}, target="y")
