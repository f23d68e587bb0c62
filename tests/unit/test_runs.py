"""The run directory: whole files or none, and every state a run can be found in."""

import errno
import json
import os
import re
import sys
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from sidelight import runs
from sidelight.errors import (
    ConfigError,
    DataWarning,
    DiskFullError,
    InputError,
    RunError,
)
from sidelight.runs import RunDirectory, read_json, write_atomically


def files(folder):
    return [path.name for path in folder.iterdir()]


def test_a_file_is_written_whole_in_a_folder_that_is_made(tmp_path):
    path = tmp_path / "new" / "deep" / "text.txt"
    runs.write_text(path, "Zürich\n")
    assert path.read_bytes() == "Zürich\n".encode()
    assert files(path.parent) == ["text.txt"]


@pytest.mark.parametrize(
    "name", ["folder", "file/page.html", "folder/file/x/page.html"]
)
def test_where_no_file_can_be_is_said_before_anything_is_written(tmp_path, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder" / "file").write_text("x")
    with pytest.raises(
        InputError, match=r"a file is to be written|of the path is a file"
    ):
        runs.write_text(tmp_path / name, "y")
    assert sorted(files(tmp_path)) == ["file", "folder"]


def test_until_it_is_whole_the_old_file_stands(tmp_path):
    path = tmp_path / "model.keras"
    path.write_text("old")
    seen = []

    def write(place):
        place.write_text("new")
        seen.append((path.read_text(), place.suffix, place.parent))

    write_atomically(path, write)
    assert seen == [("old", ".keras", tmp_path)]
    assert path.read_text() == "new"


@pytest.mark.parametrize(
    "interruption", [ValueError, PermissionError, KeyboardInterrupt]
)
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, interruption):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def write(place):
        place.write_text("half")
        raise interruption

    with pytest.raises(interruption):
        write_atomically(path, write)
    assert files(tmp_path) == ["a.txt"]
    assert path.read_text() == "old"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_named_and_nothing_half_written_is_left(tmp_path, number):
    def full(place):
        place.write_text("half")
        raise OSError(number, os.strerror(number))

    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(DiskFullError, match=r"a\.txt could not be written") as caught:
        write_atomically(path, full)
    assert isinstance(caught.value, OSError)
    assert files(tmp_path) == ["a.txt"]
    assert path.read_text() == "old"


@pytest.mark.parametrize("method", ["write_parquet", "write_csv"])
def test_a_full_disk_is_recognised_whoever_reports_it(tmp_path, monkeypatch, method):
    # Polars says it by a ComputeError, and by an OSError without a number.
    original = getattr(pl.DataFrame, method)
    monkeypatch.setattr(
        pl.DataFrame, method, lambda frame, place: original(frame, "/dev/full")
    )
    with pytest.raises(DiskFullError):
        getattr(runs, method)(tmp_path / "t", pl.DataFrame({"x": range(99)}))
    assert files(tmp_path) == []


def test_a_full_disk_while_the_folder_is_made(tmp_path, monkeypatch):
    def mkdir(*args, **options):
        raise OSError(errno.ENOSPC, "")

    monkeypatch.setattr(type(tmp_path), "mkdir", mkdir)
    with pytest.raises(DiskFullError):
        runs.write_text(tmp_path / "a.txt", "x")


def test_json_holds_arrays_and_no_number_that_is_none(tmp_path):
    value = {"a": np.float32(1.5), 3: [np.array([1, 2]), float("nan")], "b": (np.inf,)}
    runs.write_json(tmp_path / "a.json", value)
    expected = {"a": 1.5, "3": [[1, 2], None], "b": [None]}
    assert read_json(tmp_path / "a.json") == expected


def test_frames_come_back(tmp_path):
    frame = pl.DataFrame({"x": [1, 2], "y": ["a", None]})
    runs.write_parquet(tmp_path / "t.parquet", frame)
    runs.write_csv(tmp_path / "t.csv", frame)
    assert pl.read_parquet(tmp_path / "t.parquet").equals(frame)
    assert pl.read_csv(tmp_path / "t.csv").equals(frame)


def test_json_that_is_missing_or_damaged(tmp_path):
    with pytest.raises(RunError, match="incomplete") as caught:
        read_json(tmp_path / "a.json")
    assert caught.value.path == str(tmp_path / "a.json")
    (tmp_path / "a.json").write_bytes(b'{"a": \xff')
    with pytest.raises(RunError, match="damaged"):
        read_json(tmp_path / "a.json")


def test_the_environment_names_versions_and_no_place():
    told = runs.environment()
    assert told["packages"]["numpy"] == np.__version__
    assert re.match(r"3\.\d+", told["python"])
    assert os.sep not in told["command"][0]


def test_the_backend_is_the_one_in_use(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    assert runs.environment()["backend"] == "torch"
    # Without the variable, Keras may have read another choice from its own file.
    loaded = SimpleNamespace(config=SimpleNamespace(backend=lambda: "jax"))
    monkeypatch.setitem(sys.modules, "keras", loaded)
    assert runs.environment()["backend"] == "jax"


def started(root, name="mine"):
    run = RunDirectory.create(root, name)
    run.start()
    return run


def test_nothing_is_written_before_the_start(tmp_path):
    run = RunDirectory.create(tmp_path / "runs", "mine")
    assert not (tmp_path / "runs").exists()
    run.start()
    assert json.loads(run.status.read_text())["status"] == "training"


def test_a_started_run_can_be_opened_but_has_no_model(tmp_path):
    run = started(tmp_path)
    with pytest.raises(RunError, match="before its first epoch"):
        RunDirectory.open(run.path).usable_model()


def test_an_interrupted_run_answers_by_its_checkpoint(tmp_path):
    run = started(tmp_path)
    run.checkpoint.write_text("epoch 3")
    opened = RunDirectory.open(run.path)
    with pytest.warns(DataWarning, match=r"did not finish .* --config .*config\.yaml"):
        assert opened.usable_model() == run.checkpoint


def test_a_finished_run_answers_by_its_model_and_needs_no_checkpoint(tmp_path):
    run = started(tmp_path)
    run.checkpoint.write_text("epoch 3")
    run.model.write_text("best")
    assert run.usable_model() == run.model
    run.finish()
    opened = RunDirectory.open(str(run.path))
    assert opened.usable_model() == run.model
    assert not run.checkpoint.exists()
    assert json.loads(run.status.read_text())["status"] == "complete"


def test_a_name_is_taken_once(tmp_path):
    started(tmp_path)
    with pytest.raises(ConfigError, match="--overwrite"):
        RunDirectory.create(tmp_path, "mine")


def test_a_name_taken_while_the_data_was_prepared(tmp_path):
    first, second = (RunDirectory.create(tmp_path, "mine") for _ in range(2))
    first.start()
    first.model.write_text("first")
    with pytest.raises(ConfigError, match="another --name"):
        second.start()
    assert first.model.read_text() == "first"


def test_the_folder_of_runs_is_a_file(tmp_path):
    (tmp_path / "runs").write_text("precious")
    with pytest.raises(ConfigError, match="cannot be made"):
        started(tmp_path / "runs")


def test_overwriting_replaces_at_the_start_and_not_before(tmp_path):
    old = started(tmp_path)
    old.model.write_text("old")
    new = RunDirectory.create(tmp_path, "mine", overwrite=True)
    assert old.model.exists()
    new.start()
    assert not old.model.exists()


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_is_no_run_is_never_overwritten(tmp_path, kind):
    path = tmp_path / "photos"
    if kind == "folder":
        path.mkdir()
        (path / "a.jpg").write_text("precious")
    else:
        path.write_text("precious")
    with pytest.raises(ConfigError, match="is not a run and will not be overwritten"):
        RunDirectory.create(tmp_path, "photos", overwrite=True)
    assert path.exists()


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/tmp", "a/", "ü" * 101])
def test_a_name_is_no_path(tmp_path, name):
    (tmp_path / "runs").mkdir()
    (tmp_path / "status.json").write_text("{}")
    with pytest.raises(ConfigError, match="a run cannot be called"):
        RunDirectory.create(tmp_path / "runs", name, overwrite=True)


def test_names_that_are_made_never_meet(tmp_path, monkeypatch):
    monkeypatch.setattr(runs.time, "strftime", lambda form: "20210304-101112")
    made = []
    for _ in range(3):
        run = RunDirectory.create(tmp_path, prefix="film")
        run.start()
        made.append(run.path.name)
    assert made == [
        "film-20210304-101112",
        "film-20210304-101112-2",
        "film-20210304-101112-3",
    ]


def test_a_mistyped_run_suggests_the_nearest(tmp_path):
    started(tmp_path, "film-plain")
    started(tmp_path, "concat")
    (tmp_path / "photos").mkdir()
    with pytest.raises(RunError, match=r"Did you mean .*film-plain") as caught:
        RunDirectory.open(tmp_path / "film-plan")
    assert "There are: concat, film-plain." in str(caught.value)


def test_what_is_no_run_cannot_be_opened(tmp_path):
    with pytest.raises(RunError, match="this is not a run directory"):
        RunDirectory.open(tmp_path)
    with pytest.raises(RunError, match="there is no such run"):
        RunDirectory.open(tmp_path / "nowhere" / "run")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ('{"format": 2}', "format 2; this Sidelight reads 1"),
        ("{}", "format None"),
        ("[1]", "format None"),
        ("{", "damaged"),
    ],
)
def test_a_status_of_another_version_or_damaged(tmp_path, status, said):
    run = started(tmp_path)
    run.status.write_text(status)
    with pytest.raises(RunError, match=said):
        RunDirectory.open(run.path)
