"""What findings say, read in full, and what is no fault."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta

import numpy as np
import polars as pl
import pytest

from sidelight.audit import Finding, run_checks
from sidelight.audit._context import Context
from sidelight.audit.checks.label_typos import one_edit
from sidelight.errors import UnknownNameError
from sidelight.readers import read_table
from sidelight.registry import CHECKS
from sidelight.splits import Split


def find(check, target=None, split=None, group=None, **columns):
    table = read_table(pl.DataFrame(columns), target=target, on_bad="keep")
    now = datetime(2025, 6, 1, tzinfo=UTC)
    return CHECKS.get(check).obj(Context(table, split, group, now=now))


def text(values):
    return [None if value is None else str(value) for value in values]


RNG = np.random.default_rng(0)


def test_a_finding_names_rows_values_and_what_to_do():
    ages = [30, 41, -3, 60, 25, 33, 200, 18]
    (found,) = find("impossible_values", age=text(ages), other=text(range(8)))
    assert found == Finding(
        check="impossible_values",
        severity="warning",
        sentence="2 cells of column 'age' are outside 0 to 130, which its name rules "
        "out.",
        column="age",
        rows=2,
        examples=found.examples,
        fix="Correct these cells or leave them empty.",
    )
    assert [(e.row, e.file, e.value) for e in found.examples] == [
        (3, None, "-3"),
        (7, None, "200"),
    ]
    assert found.said.endswith("empty.")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("scene_lat", 91), ("lon", 400), ("year", 2205), ("age_days", -1),
        ("distance_m", -2), ("cloud_cover", 101), ("humidity_percent", -1),
        ("month", 13), ("sun_elevation", -91), ("sea_temperature", -300),
    ],
)  # fmt: skip
def test_names_rule_values_out(name, value):
    usual = 2000 if name == "year" else 5
    cells = text([usual] * 10 + [value])
    assert len(find("impossible_values", **{name: cells, "b": text(range(11))})) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("elevation", -400), ("year", 1066), ("age_days", 9000), ("temperature", -60),
        ("lon", 359), ("land_cover", 230), ("page", -3), ("weight_change", -4),
    ],
)  # fmt: skip
def test_other_names_do_not(name, value):
    cells = text([2000 if name == "year" else 5] * 10 + [value])
    assert find("impossible_values", **{name: cells, "b": text(range(11))}) == []


def test_a_rule_that_most_cells_break_is_not_meant():
    assert find("impossible_values", age=text([-5, -6, -7, 3]), b=text(range(4))) == []


def test_namibia_and_places_of_the_whole_earth_are_no_faults():
    countries = RNG.choice(["NA", "ZA", "BW"], 300).tolist()
    assert find("disguised_missing", country=countries, b=text(range(300))) == []
    where = {
        "lat": text(RNG.uniform(-80, 80, 300).round(3)),
        "lon": text(RNG.uniform(-180, 180, 300).round(3)),
    }
    assert find("swapped_coordinates", **where) == []


def test_groups_that_differ_anyhow_are_not_in_other_units():
    groups = RNG.integers(0, 12, 1200)
    scale = np.exp(RNG.normal(0, 1.5, 12))
    values = text((scale[groups] * RNG.lognormal(3, 0.3, 1200)).round(3))
    assert find("mixed_units", size=values, by=[f"g{g}" for g in groups]) == []


def test_amounts_with_a_tail_have_no_outliers():
    assert find("outliers", people=text(RNG.lognormal(8, 1.5, 2000).round())) == []


def test_coarse_rows_are_alike_by_chance():
    columns = {
        "sex": RNG.choice(["f", "m"], 400).tolist(),
        "age": text(RNG.integers(1, 90, 400)),
        "y": RNG.choice(["a", "b"], 400).tolist(),
    }
    assert find("duplicate_rows", target="y", **columns) == []


def test_few_cells_of_a_column_that_is_nearly_empty_prove_nothing():
    label = RNG.choice(["a", "b", "c"], 2000)
    cells = [None] * 2000
    for row in np.flatnonzero(label == "a")[:19]:
        cells[row] = f"text {row % 3}"
    assert find("informative_absence", "y", y=label.tolist(), note=cells) == []


def test_a_drift_is_a_note_where_the_split_is_meant_to_bring_it():
    parts = np.repeat([0, 1, 2], [400, 100, 100]).astype(np.int8)
    values = text((RNG.normal(size=600) + parts).round(3))
    for method, severity in (("random", "warning"), ("spatial", "note")):
        (found,) = find("column_drift", split=Split(parts, method), depth=values)
        assert (found.severity, found.column) == (severity, "depth")


def test_groups_that_stay_together_are_no_fault():
    people = [f"P{row // 4}" for row in range(400)]
    whole = Split((np.arange(400) // 200).astype(np.int8), "grouped")
    assert find("groups", split=whole, patient=people) == []
    torn = Split((np.arange(400) % 2).astype(np.int8), "random")
    (found,) = find("groups", split=torn, patient=people)
    assert found.severity == "severe"
    assert "100% of the val and test rows" in found.sentence
    assert "--group patient" in found.fix
    assert find("groups", split=torn, group="patient", patient=people) == []


@pytest.mark.parametrize(
    ("first", "second", "near"),
    [
        ("forest", "forst", True), ("forest", "foresst", True),
        ("forest", "forext", True), ("forest", "foerst", True),
        ("forest", "forest", False), ("forest", "frst", False),
        ("forest", "torext", False), ("abcd", "badc", False),
    ],
)  # fmt: skip
def test_one_edit_is_one(first, second, near):
    assert one_edit(first, second) is near
    assert one_edit(second, first) is near


def test_checks_that_cannot_be_made_say_why():
    table = read_table(pl.DataFrame({"a": ["1", "2"]}), on_bad="keep")
    found = run_checks(table, None, unsplit="2 rows are too few.", progress=False)
    assert found.skipped["groups"] == "there is no split"
    assert found.skipped["borders"] == "the table has no pictures"
    assert found.is_severe
    assert found.findings[0].check == "split"
    assert found.to_dict()["counts"]["severe"] == 1
    with pytest.raises(UnknownNameError, match="Did you mean 'borders'"):
        run_checks(table, None, checks=["border"])
    with pytest.raises(ValueError, match="audit_table"):
        found.report("page.html")


def test_lists_bytes_and_objects_are_passed_over():
    frame = pl.DataFrame(
        {
            "list": [[1], [2, 3]] * 40,
            "bytes": [b"a", b"b"] * 40,
            "object": pl.Series([object(), None] * 40, dtype=pl.Object),
            "y": ["a", "b"] * 40,
        }
    )
    table = read_table(frame, target="y", on_bad="keep")
    split = Split((np.arange(80) % 3).astype(np.int8), "random")
    found = run_checks(table, split, progress=False)
    assert {f.column for f in found.findings} <= {"y", None}


def test_one_answer_is_not_given_away():
    columns = {"x": ["a", "b"] * 40, "y": ["same"] * 80}
    assert find("column_leaks", "y", **columns) == []
    (found,) = find("cells", "y", **columns)
    assert "nothing to learn" in found.sentence


def test_an_impossible_latitude_is_swapped_only_if_the_swapped_place_fits():
    lat, lon = RNG.uniform(40, 50, 200), RNG.uniform(100, 120, 200)
    lat[:5], lon[5] = 95.0, lat[6]
    lat[5] = 110.0
    (found,) = find("swapped_coordinates", lat=text(lat), lon=text(lon))
    assert [example.row for example in found.examples] == [6]
    assert "(lon, lat) lies among the other rows" in found.sentence


def test_whole_columns_of_coordinates_may_be_swapped():
    lat, lon = RNG.uniform(100, 120, 200), RNG.uniform(40, 50, 200)
    (found,) = find("swapped_coordinates", lat=text(lat), lon=text(lon))
    assert found.rows == 200
    assert found.sentence.endswith("as written, the latitude is beyond 90 degrees.")


def test_columns_of_any_type_are_audited():
    hours = [timedelta(hours=hour) for hour in range(60)]
    columns = {
        "lasted": hours,
        "daytime": [time(hour % 24) for hour in range(60)],
        "shapes": [[1, 2]] * 60,
        "depth": text(RNG.normal(size=60)),
    }
    table = read_table(pl.DataFrame(columns), on_bad="keep")
    assert run_checks(table, progress=False).findings == ()


def test_lists_of_labels_are_audited():
    labels = [["Oak", "elm"], ["elm"], [], None, ["Oak"]] * 20
    table = read_table(
        pl.DataFrame({"depth": RNG.normal(size=100), "tags": labels}),
        target="tags", task="multilabel", on_bad="keep",
    )  # fmt: skip
    assert not [f for f in run_checks(table).findings if f.severity != "note"]


def test_infinite_cells_are_shown_as_json_takes_them():
    depths = RNG.normal(size=60)
    depths[3] = np.inf
    (found,) = find("cells", depth=depths)
    assert [example.value for example in found.examples] == ["inf"]
    json.dumps(found.to_dict(), allow_nan=False)


def test_rows_alike_in_their_gaps_only_are_not_twice():
    date = [None if row % 3 == 0 else f"batch {row}" for row in range(120)]
    sex = RNG.choice(["f", "m"], 120).tolist()
    assert find("duplicate_rows", date=date, sex=sex, y=sex[::-1]) == []


def test_rows_that_were_measured_differently_are_not_twice():
    seen = [f"visit {row // 2}" for row in range(39)] + ["x"] * 2
    depth = text(RNG.normal(size=41))
    code = text(range(41))
    same = ["a"] * 41
    columns = {"seen": [*map(str, range(30)), *seen[:11]], "sex": same, "code": code}
    assert find("duplicate_rows", **columns)
    assert find("duplicate_rows", **columns, depth=depth) == []


def test_names_of_files_are_no_amounts():
    assert find("numbers_as_text", mask=[f"{row}.jpg" for row in range(50)]) == []
    (found,) = find("numbers_as_text", size=[f"{row}.5 m" for row in range(50)])
    assert found.rows == 50


def test_a_row_counts_once_however_many_of_its_pictures_are_concerned():
    table = read_table(pl.DataFrame({"a": ["x", "y"]}), on_bad="keep")
    found = Context(table).finding("suffixes", "note", "…", where=np.array([0, 0, 1]))
    assert (found.rows, len(found.examples)) == (2, 3)


def find_labels(check, labels, split=None):
    columns = {"depth": RNG.normal(size=len(labels)), "tags": labels}
    table = read_table(
        pl.DataFrame(columns), target="tags", task="multilabel", on_bad="keep"
    )
    return CHECKS.get(check).obj(Context(table, split))


def test_sets_of_labels_one_letter_apart_are_no_slips():
    labels = ["a;b;c"] * 100 + ["a;b;d"] * 3 + ["d"] * 40
    assert find_labels("label_typos", labels) == []


def test_slips_and_spellings_of_a_label_are_found_within_its_sets():
    labels = ["forest;grassland", "grassland;water"] * 50 + ["water;grasland", ""] * 2
    (found,) = find_labels("label_typos", labels)
    assert [example.row for example in found.examples] == [101, 103]
    assert found.sentence.startswith("Column 'tags' says 'grasland' in 2 rows and")
    (found,) = find_labels("category_variants", [*labels, "Forest;water"])
    assert (found.rows, found.examples[0].row) == (1, 105)


def test_rare_labels_and_those_that_a_part_lacks_are_named():
    labels = ["a", "b", "a;b", ""] * 25 + ["b;rare"] * 3
    parts = np.array([0] * 60 + [1] * 20 + [2] * 23, np.int8)
    labels[80:100] = ["b", ""] * 10
    few, absent = find_labels("classes", labels, Split(parts, "random"))
    assert few.sentence == "1 label of 'tags' has fewer than 5 rows: 'rare' (3)."
    assert (few.rows, few.examples[0].value) == (3, "b;rare")
    assert absent.sentence == "No test row has the label 'a' of 'tags'."


def test_a_leak_of_the_second_of_several_targets_names_that_target():
    first, second = RNG.normal(size=(2, 400))
    columns = {
        "line": 2 * second + 1,
        "near": np.exp(second) + RNG.normal(0, 1e-3, 400),
        "noise": RNG.normal(size=400),
    }
    frame = pl.DataFrame({"y": first, "z": second, **columns})
    table = read_table(frame, target=["y", "z"], on_bad="keep")
    found = CHECKS.get("column_leaks").obj(Context(table))
    assert [(f.column, f.severity) for f in found] == [
        ("line", "severe"),
        ("near", "warning"),
    ]
    assert all("the target 'z'" in f.sentence for f in found)


def test_a_sign_at_an_end_of_a_category_means_something():
    columns = {
        "grade": ["A", "A-", "B", "B-"] * 20,
        "change": ["-1", "1", "0", "+1"] * 20,
        "area": ["north-west", "North West", "north_west", "south"] * 20,
    }
    table = read_table(
        pl.DataFrame(columns), kinds=dict.fromkeys(columns, "categorical"),
        on_bad="keep",
    )  # fmt: skip
    (found,) = CHECKS.get("category_variants").obj(Context(table))
    assert (found.column, found.rows) == ("area", 40)


@pytest.mark.parametrize("name", ["delta_mass", "log_area", "relative_size"])
def test_differences_and_logarithms_may_be_below_zero(name):
    values = [-1.5] * 10 + [0.5] * 40
    assert find("impossible_values", **{name: text(values), "b": text(range(50))}) == []
