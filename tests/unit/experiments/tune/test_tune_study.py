"""Databases that are another's, locked or no studies are refused in words."""

from __future__ import annotations

import sqlite3
import sys

import pytest

from sidelight.errors import ConfigError, MissingPackageError, RunError
from sidelight.experiments.tune import _study
from sidelight.experiments.tune._study import open_study
from tests.unit.experiments.tune.conftest import PRINT


def test_a_study_is_recognised(hunt):
    hunt(1)
    with hunt.opened(resume=True) as study:
        assert len(study.get_trials()) == 1


@pytest.mark.parametrize(("part", "said"), _study.OTHERS.items())
def test_a_study_of_something_else_is_refused(hunt, part, said):
    hunt(1)
    with (
        pytest.raises(ConfigError, match=f"the study of {said}.*--name"),
        hunt.opened(resume=True, prints={**PRINT, part: "other"}),
    ):
        pass


def test_a_missing_database_is_named(hunt):
    with pytest.raises(RunError, match=r"study\.db: there is no study"):
        hunt(1, resume=True)


def test_a_file_that_is_no_database_is_refused(hunt, tmp_path):
    (tmp_path / "study.db").write_text("trials: none\n" * 200)
    with pytest.raises(RunError, match="cannot be read"):
        hunt(1, resume=True)


def test_another_programs_database_is_refused_and_left_as_it_is(hunt, tmp_path):
    with sqlite3.connect(tmp_path / "study.db") as other:
        other.execute("create table studies (study_name)")
    other.close()
    before = (tmp_path / "study.db").read_bytes()
    with pytest.raises(RunError, match="no study of Sidelight"):
        hunt(1, resume=True)
    assert (tmp_path / "study.db").read_bytes() == before


def test_another_study_of_optuna_is_refused(hunt, tmp_path):
    hunt(1)
    with sqlite3.connect(tmp_path / "study.db") as database:
        database.execute("update studies set study_name = 'mine'")
    database.close()
    with pytest.raises(RunError, match="no study of Sidelight"):
        hunt(1, resume=True)


@pytest.fixture
def locker(hunt, tmp_path, monkeypatch):
    """Return a connection of another process to a study."""
    monkeypatch.setattr(_study, "PATIENCE", 0.05)
    hunt(1)
    other = sqlite3.connect(tmp_path / "study.db", isolation_level=None)
    yield other
    other.close()


def test_a_locked_database_is_refused(hunt, locker):
    locker.execute("begin exclusive")
    with pytest.raises(RunError, match=r"locked this study.*--resume"):
        hunt(2, resume=True)


def test_a_database_that_is_locked_while_it_is_used_is_refused(hunt, locker):
    with (
        pytest.raises(RunError, match=r"locked this study.*--resume"),
        hunt.opened(resume=True) as study,
    ):
        study.ask(locker.execute("begin exclusive") and None)


@pytest.mark.parametrize("name", ["a b.db", "100%?#.db", "{x}&y=1.db", "Ünï.db"])
def test_databases_may_have_any_name(hunt, tmp_path, name):
    hunt(1, name=name)
    trials, _ = hunt(2, resume=True, name=name)
    assert len(trials) == 2
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_extra_is_named_where_optuna_is_missing(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with (
        pytest.raises(MissingPackageError, match=r"sidelight\[tune\]"),
        open_study(tmp_path / "study.db", PRINT, None, resume=False),
    ):
        pass
