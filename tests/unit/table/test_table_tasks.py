"""Targets that are label sets, ordered classes, several columns or logarithms."""

from __future__ import annotations

import polars as pl
import pytest

from sidelight.errors import ColumnNotFoundError, ConfigError, DataWarning, TableError
from sidelight.readers import read_table
from sidelight.table._labels import judge_label_sets, labels_by_row, to_label_sets

FRAME = pl.DataFrame(
    {
        "tags": ["b; a|a", None, "c;b", "", "a", "c"],
        "grade": ["low", "mid", "high", "low", "mid", "high"],
        "size": ["10", "9", "10", "2", "9", "2"],
        "area": [1.0, 0.0, 7.5, 2.0, 3.0, 4.5],
        "mass": [5.0, 6.0, 7.0, 9.0, 9.5, 4.0],
        "w": [1.0, 2.0, 0.5, 1.0, 1.0, 3.0],
        "depth": [3.0, 1.0, 4.0, 1.5, 9.0, 2.0],
    }
)


def read(frame=FRAME, **options):
    drop = [n for n in frame.columns if n not in ("depth", options.get("weight"))]
    asked = options.get("target", "")
    named = asked.split(",") if isinstance(asked, str) else asked
    options.setdefault("drop", [n for n in drop if n not in named])
    return read_table(frame, **options)


def with_cells(name, *cells):
    return FRAME.with_columns(pl.Series(name, cells, strict=False))


def test_labels_are_sorted_and_said_once_and_an_empty_cell_has_none():
    expected = ["a;b", "", "b;c", "", "a", "c"]
    assert to_label_sets(FRAME["tags"]).to_list() == expected
    lists = pl.Series("tags", [["b", "a", "a"], [], ["c ", "b"], None, ["a"], ["c"]])
    assert to_label_sets(lists).to_list() == expected
    pairs = labels_by_row(pl.Series("tags", expected)).sort("row", "label")
    assert pairs.rows() == [(0, "a"), (0, "b"), (2, "b"), (2, "c"), (4, "a"), (5, "c")]


@pytest.mark.parametrize("form", ["text", "list"])
def test_a_column_of_labels_is_read_as_one(form):
    frame = FRAME
    if form == "list":
        frame = with_cells("tags", ["b", "a"], [], ["c", "b"], [], ["a"], ["c"])
    table = read(frame, target="tags", task="multilabel")
    assert table.target().to_list() == ["a;b", "", "b;c", "", "a", "c"]
    assert table.schema.task == "multilabel"


def test_a_list_without_a_task_says_which_one_reads_it():
    frame = with_cells("tags", ["b", "a"], [], ["c", "b"], [], ["a"], ["c"])
    with pytest.raises(TableError, match="--task multilabel"):
        read(frame, target="tags")


@pytest.mark.parametrize(
    ("sets", "words"),
    [
        (["a", "", "a"], "only the label 'a'"),
        (["", "", ""], "there is no label in all rows"),
        (["a;b", "a", "a;b"], "every row has the label 'a'"),
        (["a;b", "a", "", "a;c", "b"], "1 label has a single row"),
    ],
)
def test_labels_that_cannot_be_learned_are_named(sets, words):
    (problem,) = judge_label_sets(pl.Series("tags", sets))
    assert words in problem.what
    assert problem.droppable == ("single row" in words)
    if problem.droppable:
        assert problem.positions.tolist() == [3]


def test_labels_that_many_rows_have_are_fine():
    assert judge_label_sets(pl.Series("tags", ["a;b", "a", "", "b"])) == []


def test_the_order_of_classes_is_given_or_their_numbers_say_it():
    table = read(target="grade", task="ordinal", classes=["low", "mid", "high"])
    assert table.schema.classes == ("low", "mid", "high")
    numbers = read(target="size", task="ordinal")
    assert (numbers.schema.classes, numbers.target()[0]) == ((), "10")
    with pytest.raises(TableError) as caught:
        read(target="grade", task="ordinal")
    assert "order is not known" in str(caught.value)
    assert "--classes high,low,mid" in str(caught.value)


def test_a_class_without_a_place_is_named_with_its_rows_and_may_be_dropped():
    options = {"target": "grade", "task": "ordinal", "classes": ["low", "high"]}
    with pytest.raises(TableError) as caught:
        read(**options)
    assert caught.value.rows == [2, 5]
    assert "2 rows have a class that the order of classes lacks" in str(caught.value)
    with pytest.warns(DataWarning, match="2 × a class without a place"):
        table = read(**options, on_bad="drop")
    assert table.rows.tolist() == [1, 3, 4, 6]


def test_an_order_that_names_a_class_of_no_row_is_refused():
    order = ["low", "mid", "high", "huge"]
    with pytest.raises(TableError, match="no row has the class 'huge'"):
        read(target="grade", task="ordinal", classes=order)


@pytest.mark.parametrize("target", ["area,mass", ["area", "mass"]])
def test_several_columns_of_numbers_are_one_regression(target):
    table = read(target=target)
    assert table.schema.targets == ("area", "mass")
    assert table.schema.task == "regression"
    assert [c.name for c in table.schema.columns] == ["depth"]


def test_a_comma_in_a_columns_name_does_not_divide_it():
    frame = FRAME.rename({"area": "area,km2"})
    table = read_table(frame, target="area,km2", drop=["tags", "grade", "size"])
    assert table.schema.targets == ("area,km2",)


def test_rows_without_one_of_several_targets_are_named():
    frame = with_cells("mass", 5.0, None, 7.0, 9.0, None, 4.0)
    with pytest.raises(TableError, match="target is missing in 2 rows") as caught:
        read(frame, target="area,mass")
    assert (caught.value.rows, caught.value.column) == ([2, 5], "mass")


def test_a_negative_amount_has_no_logarithm():
    frame = with_cells("area", 1.0, -0.5, 7.5, 2.0, 3.0, 4.5)
    with pytest.raises(TableError, match=r"log\(1 \+ y\)") as caught:
        read(frame, target="area", task="regression", log_target=True)
    assert (caught.value.rows, caught.value.values) == ([2], [-0.5])
    assert "--log-target" in str(caught.value)


def test_weights_are_positive_and_no_metadata():
    table = read(target="area", task="regression", weight="w")
    assert table.weights().tolist() == FRAME["w"].to_list()
    assert table.schema.column("w") is None
    assert table.schema.ignored["w"] == "weighs the rows"
    frame = with_cells("w", 1.0, 0.0, -2.0, None, 1.0, 3.0)
    options = {"target": "area", "task": "regression", "weight": "w"}
    with pytest.raises(TableError) as caught:
        read(frame, **options)
    assert "weight is missing in 1 row (row 4)" in str(caught.value)
    assert "weight is not positive in 2 rows (rows 2, 3: 0.0, -2.0)" in str(
        caught.value
    )
    with pytest.warns(DataWarning, match="3 of 6 rows"):
        assert read(frame, **options, on_bad="drop").rows.tolist() == [1, 5, 6]
    with pytest.raises(ColumnNotFoundError, match="weigth"):
        read(target="area", weight="weigth")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"target": "area,grade"}, "several targets have to be numbers, and 'grade'"),
        ({"target": "area,mass", "task": "multilabel"}, "the task is multilabel"),
        ({"target": "area,area"}, "named twice"),
        ({"target": "grade", "classes": ["low", "mid"]}, "--task ordinal"),
        (
            {"target": "grade", "task": "ordinal", "classes": ["low", "low"]},
            "each once",
        ),
        ({"target": "grade", "log_target": True}, "is for amounts"),
        ({"target": "area", "weight": "area"}, "used for something else"),
    ],
)
def test_wishes_that_contradict_one_another(options, words):
    with pytest.raises(ConfigError) as caught:
        read(**options, drop=["tags"])
    assert words in str(caught.value)


def test_rows_dropped_for_rare_labels_take_their_pictures_along(tmp_path):
    for name in "abcdefg":
        (tmp_path / f"{name}.png").write_bytes(b"x")
    # Without the missing picture A is rare, and without its row B, and then F.
    labels = ["A;B", "B;F", "F", "C", "D", "C", "D", "A;C"]
    files = [f"{name}.png" for name in "abcdefg"]
    frame = pl.DataFrame({"file": [*files, "gone.png"], "tags": labels})
    with pytest.warns(DataWarning, match="3 × a label with a single row"):
        table = read_table(
            frame, image="file", target="tags", task="multilabel", images=tmp_path,
            on_bad="drop",
        )  # fmt: skip
    assert table.rows.tolist() == [4, 5, 6, 7]
    assert [path.name for path in table.images] == table.frame["file"].to_list()
