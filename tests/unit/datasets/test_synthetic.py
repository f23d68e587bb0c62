"""A folder of painted pictures and a table: the same for the same seed, and whole."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

import sidelight as sl
from sidelight.datasets import synthetic
from sidelight.errors import ConfigError, DiskFullError, UnknownNameError
from sidelight.registry import DATASETS, SYNTHETIC
from sidelight.splits import SplitConfig, make_split

COLUMNS = {
    "irrelevant": [*(f"noise_{number}" for number in range(1, 9)), "word"],
    "additive": ["reading"],
    "interacting": ["polarity"],
    "where": ["place"],
    "nuisance": ["gain", "haze"],
    "missing": ["reading"],
    "shortcut": ["batch"],
}
ROWS = (12, 5, 7)


def make(kind, folder, **options):
    return synthetic(kind, folder, **{"rows": ROWS, "progress": False, **options})


def rows_of(folder):
    with (folder / "table.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def bytes_of(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("kind", list(COLUMNS))
def test_the_same_arguments_give_the_same_bytes(tmp_path, kind):
    first, again = make(kind, tmp_path / "a"), make(kind, tmp_path / "b")
    other = make(kind, tmp_path / "c", seed=8)
    assert bytes_of(first) == bytes_of(again)
    assert (first / "table.csv").read_bytes() != (other / "table.csv").read_bytes()
    assert not set(bytes_of(first).values()) & set(bytes_of(other).values())
    assert len(set(bytes_of(first).values())) == sum(ROWS) + 2


@pytest.mark.parametrize("kind", list(COLUMNS))
def test_every_row_has_its_part_its_picture_and_the_best_answer(tmp_path, kind):
    folder = make(kind, tmp_path / "a")
    rows, model = rows_of(folder), SYNTHETIC.get(kind).obj()
    assert list(rows[0]) == ["file", "part", *COLUMNS[kind], "label", "oracle"]
    parts = [row["part"] for row in rows]
    assert parts == ["train"] * 12 + ["val"] * 5 + ["test"] * 7
    assert len({row["file"] for row in rows}) == len(list(folder.glob("images/*")))
    for row in rows:
        assert {row["label"], row["oracle"]} <= set(model.classes)
        with Image.open(folder / row["file"]) as image:
            assert (image.size, image.mode, image.format) == ((32, 32), "RGB", "PNG")


def test_there_is_a_kind_for_each_line_of_this_test():
    assert sorted(COLUMNS) == SYNTHETIC.names()
    assert DATASETS.get("synthetic").obj is synthetic


def test_the_table_holds_what_the_model_drew(tmp_path):
    rows = rows_of(make("shortcut", tmp_path / "a", rows=(600, 2, 600)))
    told = {"first": "A", "second": "B", "third": "C"}
    share = {
        part: np.mean(
            [told[r["batch"]] == r["label"] for r in rows if r["part"] == part]
        )
        for part in ("train", "test")
    }
    assert share["train"] == pytest.approx(0.97, abs=0.02)
    assert share["test"] == pytest.approx(1 / 3, abs=0.07)


def test_missing_cells_are_empty(tmp_path):
    rows = rows_of(make("missing", tmp_path / "a", rows=(600, 2, 2)))
    empty = [row["label"] for row in rows if row["reading"] == ""]
    assert len(empty) == pytest.approx(0.35 * len(rows), abs=45)
    assert all(float(row["reading"]) < 9 for row in rows if row["reading"])


def test_a_row_does_not_depend_on_how_many_rows_other_parts_have(tmp_path):
    few = make("where", tmp_path / "a")
    more = make("where", tmp_path / "b", rows=(30, 5, 7))
    by_file = {row["file"]: row for row in rows_of(more)}
    for row in rows_of(few):
        if row["part"] != "train":
            assert row == by_file[row["file"]]
            assert (few / row["file"]).read_bytes() == (more / row["file"]).read_bytes()


@pytest.mark.parametrize("kind", list(COLUMNS))
def test_the_card_says_what_can_be_reached(tmp_path, kind):
    folder = make(kind, tmp_path / "a")
    card = json.loads((folder / "dataset.json").read_text("utf-8"))
    model = SYNTHETIC.get(kind).obj()
    assert card["arguments"] == {
        "kind": kind,
        "rows": [12, 5, 7],
        "size": 32,
        "seed": 7,
    }
    assert card["best_possible_accuracy"]["test"] == model.best("test")
    test = [row for row in rows_of(folder) if row["part"] == "test"]
    right = np.mean([row["oracle"] == row["label"] for row in test])
    assert card["oracle_accuracy"]["test"] == right
    assert card["not_metadata"] == ["part", "oracle"]
    assert card["may_be_mirrored"] == (kind != "where")


@pytest.mark.parametrize("kind", list(COLUMNS))
def test_it_is_read_as_metadata_and_split_as_it_says(tmp_path, kind):
    folder = make(kind, tmp_path / "a", rows=(60, 20, 20))
    table = sl.read_table(
        folder / "table.csv", image="file", target="label", drop=["part", "oracle"]
    )
    assert [column.name for column in table.schema.columns] == COLUMNS[kind]
    split = make_split(table, SplitConfig(method="column", column="part"))
    counts = split.counts()
    assert [counts[part] for part in ("train", "val", "test")] == [60, 20, 20]


def test_pictures_have_the_size_that_was_asked_for(tmp_path):
    folder = make("additive", tmp_path / "a", size=48)
    with Image.open(folder / "images/val_00001.png") as image:
        assert image.size == (48, 48)


def test_what_was_made_before_is_found(tmp_path, monkeypatch):
    folder = make("where", tmp_path / "a")
    before = bytes_of(folder)
    monkeypatch.setattr("PIL.Image.fromarray", None)
    assert make("where", tmp_path / "a") == folder
    assert bytes_of(folder) == before


@pytest.mark.parametrize("change", [{"seed": 8}, {"rows": (13, 5, 7)}, {"size": 33}])
def test_a_folder_of_other_arguments_is_refused(tmp_path, change):
    folder = make("where", tmp_path / "a")
    before = bytes_of(folder)
    with pytest.raises(ConfigError, match="something else is here"):
        make("where", folder, **change)
    with pytest.raises(ConfigError, match="something else is here"):
        make("additive", folder)
    assert bytes_of(folder) == before


def test_nothing_half_written_is_left_when_painting_fails(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(SYNTHETIC.get("where").obj, "paint", full)
    with pytest.raises(DiskFullError, match="disk is full"):
        make("where", tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "options", [{"rows": (1, 5, 7)}, {"rows": (9, 9)}, {"size": 31}, {"size": 129}]
)
def test_arguments_out_of_range_are_refused(tmp_path, options):
    with pytest.raises(ConfigError, match="32 to 128 pixels"):
        make("where", tmp_path / "a", **options)
    assert list(tmp_path.iterdir()) == []


def test_a_mistyped_kind_is_answered_with_the_nearest(tmp_path):
    with pytest.raises(UnknownNameError, match="Did you mean 'interacting'"):
        make("interactive", tmp_path / "a")


def test_the_usual_place_is_in_the_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SIDELIGHT_CACHE", str(tmp_path))
    folder = make("where", None)
    assert folder.parent == tmp_path / "datasets"
    assert len({folder, make("where", None, seed=8), make("nuisance", None)}) == 3
