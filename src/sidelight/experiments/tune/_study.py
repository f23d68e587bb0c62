"""The study on disk: opened, recognised, and closed; its failures in words."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sidelight.errors import ConfigError, RunError
from sidelight.experiments.tune._space import Space
from sidelight.optional import import_optional
from sidelight.workflow import Prepared, RunConfig

NAME = "tune"
FINGERPRINT = "fingerprint"
PATIENCE = 60.0  # seconds that a process waits for another's writing

OTHERS = {
    "rows": "other rows",
    "split": "another split of the rows",
    "metric": "another metric",
    "space": "another space",
    "options": "trainings with other options",
}


def load_optuna() -> Any:
    """Return the package that searches.

    Raises:
        MissingPackageError: If it is not installed.
    """
    return import_optional("optuna", "Tuning", extra="tune")


def fingerprint_of(
    prepared: Prepared, space: Space, metric: str, config: RunConfig
) -> dict[str, str]:
    """Return what has to be the same for trials to be comparable, part by part."""
    held = config.model_dump(
        mode="json", include={"image", "network", "augment", "train"}
    )
    held["image"] = {
        k: v for k, v in held["image"].items() if k not in ("verify", "cache")
    }
    parts = {
        "rows": prepared.table.digest(),
        "split": prepared.split.assignment.tolist(),
        "metric": metric,
        "space": space.described(),
        "options": held,
    }
    return {name: _digest(part) for name, part in parts.items()}


def _digest(part: Any) -> str:
    return hashlib.sha256(json.dumps(part).encode()).hexdigest()[:16]


@contextmanager
def open_study(
    path: Path, fingerprint: dict[str, str], pruner: Any, *, resume: bool
) -> Iterator[Any]:
    """Open the study in a database, or begin one; closes it afterwards.

    Args:
        path: The database's file.
        fingerprint: From `fingerprint_of`.
        pruner: Optuna's pruner.
        resume: Whether the study must be there already; otherwise it must not.

    Yields:
        The `optuna.Study`.

    Raises:
        RunError: If the database cannot be read, is locked, or holds no study.
        ConfigError: If it holds a study of something else.
    """
    optuna = load_optuna()
    if resume:
        _require_study(path)
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = None
    try:
        with _in_words(path):
            storage = _storage(optuna, path)
            study = optuna.create_study(
                storage=storage,
                study_name=NAME,
                direction="maximize",
                pruner=pruner,
                load_if_exists=resume,
            )
            if not resume:
                study.set_user_attr(FINGERPRINT, fingerprint)
            _require_same(path, study.user_attrs.get(FINGERPRINT, {}), fingerprint)
            yield study
    finally:
        optuna.logging.set_verbosity(verbosity)
        if storage is not None:
            storage.remove_session()
            storage.engine.dispose()


def _storage(optuna: Any, path: Path) -> Any:
    # The path would be read as a URL, in which ?, % and { mean something.
    try:
        return optuna.storages.RDBStorage(
            "sqlite:///study.db", engine_kwargs={"creator": partial(_connect, path)}
        )
    except RuntimeError as error:  # of an older or a newer Optuna
        raise _database_error(path, error) from error


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=PATIENCE, check_same_thread=False)


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """Turn failures of the database into an error that says what to do."""
    try:
        yield
    except Exception as error:
        if not _is_of_database(error):
            raise
        raise _database_error(path, error) from error


def _is_of_database(error: BaseException) -> bool:
    if isinstance(error, sqlite3.Error):
        return True
    names = {cls.__name__ for cls in type(error).__mro__}
    return bool(names & {"SQLAlchemyError", "StorageInternalError"})


def _database_error(path: Path, error: Exception) -> RunError:
    said = str(error.__cause__ or error)
    if "locked" in said or "busy" in said:
        problem = "another process has locked this study"
        fix = "Wait until it is done, or end it, then use --resume."
        return RunError(problem, path=path, fix=fix)
    first = said.splitlines()[0] if said else type(error).__name__
    problem = f"this study cannot be read or written ({first})"
    return RunError(problem, path=path, fix="Choose another --name to begin anew.")


def _require_study(path: Path) -> None:
    """Look at the database before Optuna adds its tables to it."""
    if not path.is_file():
        problem = "there is no study to go on with"
        raise RunError(problem, path=path, fix="Leave --resume out to begin one.")
    address = f"{path.absolute().as_uri()}?mode=ro"
    with _in_words(path):
        connection = sqlite3.connect(address, uri=True, timeout=PATIENCE)
        try:
            names = connection.execute("select name from sqlite_master").fetchall()
            tables = {name for (name,) in names}
            found = (
                connection.execute("select study_name from studies").fetchall()
                if {"studies", "trials", "version_info"} <= tables
                else []
            )
        finally:
            connection.close()
    if (NAME,) not in found:
        problem = "this database holds no study of Sidelight"
        raise RunError(problem, path=path, fix="Choose another --name to begin one.")


def _require_same(path: Path, kept: dict[str, str], asked: dict[str, str]) -> None:
    differing = [name for name in asked if kept.get(name) != asked[name]]
    if differing:
        what = OTHERS[differing[0]]
        problem = f"this is the study of {what}, and its trials cannot be compared"
        fix = "Repeat its command with --resume, or choose another --name."
        raise ConfigError(problem, path=path, fix=fix)
