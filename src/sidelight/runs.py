"""The run directory: what its files are called, and how they are written whole."""

from __future__ import annotations

import errno
import hashlib
import importlib.metadata
import json
import math
import os
import platform
import shutil
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sidelight.errors import (
    ConfigError,
    DataWarning,
    DiskFullError,
    InputError,
    RunError,
    nearest,
)
from sidelight.redact import redact

if TYPE_CHECKING:
    import polars as pl

FORMAT = 1
MAX_NAME_BYTES = 200  # most file systems end at 255
PACKAGES = (
    "sidelight",
    "keras",
    "tensorflow",
    "tensorflow-cpu",
    "jax",
    "numpy",
    "polars",
)


def default_cache() -> Path:
    """Return the folder of what can be made again: SIDELIGHT_CACHE, or the user's."""
    named = os.environ.get("SIDELIGHT_CACHE")
    if named:
        return Path(named)
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "sidelight"


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a file beside `path`, then put it in place in one step.

    Args:
        path: Where the file shall be.
        write: Called with a temporary path of the same suffix.

    Raises:
        InputError: If no file can be at `path`.
        DiskFullError: If the disk filled up; what stood at `path` before still does.
    """
    _make_place(path)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}.partial{path.suffix}")
    try:
        write(temporary)
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    except Exception as error:
        if _says_disk_full(error):
            raise DiskFullError(path) from error
        raise
    finally:
        temporary.unlink(missing_ok=True)


def write_folder_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a folder beside `path`, then put it in place.

    A folder that is there is replaced: it is gone only once the new one stands.

    Args:
        path: Where the folder shall be.
        write: Called with a temporary path, where nothing is yet.

    Raises:
        InputError: If no folder can be at `path`.
        DiskFullError: If the disk filled up; what stood at `path` before still does.
    """
    _make_place(path, is_folder=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.partial")
    before = path.with_name(f".{path.name}.{os.getpid()}.before")
    try:
        write(temporary)
        if path.exists():
            path.replace(before)
        temporary.replace(path)
    except Exception as error:
        if before.exists():
            before.replace(path)
        if _says_disk_full(error):
            raise DiskFullError(path) from error
        raise
    finally:
        for left in (temporary, before):
            shutil.rmtree(left, ignore_errors=True)


def _make_place(path: Path, *, is_folder: bool = False) -> None:
    """Make the folder of a file, or of a folder, to be written.

    Raises:
        InputError: If it cannot be made or written to, or the file is a folder.
    """
    problem = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir() and not is_folder:
            problem = "this is a folder, and a file is to be written"
        elif not os.access(path.parent, os.W_OK):
            problem = "no file can be written there: permission denied"
    except OSError as error:
        if _says_disk_full(error):
            raise DiskFullError(path) from error
        is_file = isinstance(error, FileExistsError | NotADirectoryError)
        why = "a part of the path is a file" if is_file else error.strerror
        problem = f"no file can be written there: {why}"
    if problem:
        raise InputError(problem, path=path, fix="Name another file.")


def _says_disk_full(error: Exception) -> bool:
    # Polars' Parquet writer and HDF5 tell it by other errors than OSError(ENOSPC).
    # A used-up quota is a full disk to whoever has one.
    numbers = (errno.ENOSPC, errno.EDQUOT)
    if isinstance(error, OSError) and error.errno in numbers:
        return True
    return any(os.strerror(number) in str(error) for number in numbers)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text, whole or not at all."""
    write_atomically(path, lambda place: place.write_text(text, encoding="utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Write indented JSON; a number that is not finite becomes null."""
    text = json.dumps(_finite(value), indent=2, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n")


def write_parquet(path: Path, frame: pl.DataFrame) -> None:
    """Write a table as Parquet, whole or not at all."""
    write_atomically(path, frame.write_parquet)


def write_csv(path: Path, frame: pl.DataFrame) -> None:
    """Write a table as CSV, whole or not at all."""
    write_atomically(path, frame.write_csv)


def read_json(path: Path) -> Any:
    """Read a JSON file of a run.

    Raises:
        RunError: If it is missing or damaged.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        problem = "this file is missing"
        raise RunError(problem, path=path, fix="The run is incomplete.") from error
    except (ValueError, OSError) as error:
        problem = f"this file is damaged ({error})"
        raise RunError(problem, path=path) from error


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _finite(below) for name, below in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(below) for below in value]
    if hasattr(value, "tolist"):
        return _finite(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def environment() -> dict[str, Any]:
    """Return what a run was made with: versions, machine, Keras backend."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "backend": _backend(),
        "packages": versions,
        "command": [Path(sys.argv[0]).name, *map(redact, sys.argv[1:])],
    }


def _backend() -> str:
    # Keras, where it is loaded, also knows the choice made in its own settings file.
    keras = sys.modules.get("keras")
    if keras is not None:
        return str(keras.config.backend())
    return os.environ.get("KERAS_BACKEND", "tensorflow")


class RunDirectory:
    """The files of one run.

    `status.json` says how far it came. A run that stopped while it trained is usable
    through its checkpoint; one that never began to train leaves no directory.

    Attributes:
        path: The directory.
    """

    def __init__(self, path: Path, *, replaces: bool = False) -> None:
        self.path = path
        self._replaces = replaces
        self.status = path / "status.json"
        self.config = path / "config.yaml"
        self.schema = path / "schema.json"
        self.preprocessor = path / "preprocessor.json"
        self.image_rule = path / "image.json"
        self.split = path / "split.parquet"
        self.model = path / "model.keras"
        self.checkpoint = path / "checkpoint.keras"
        self.audit = path / "audit.json"
        self.history = path / "history.csv"
        self.metrics = path / "metrics.json"
        self.predictions = path / "predictions.parquet"
        self.label_noise = path / "label_noise.csv"
        self.environment = path / "environment.json"
        self.confusion = path / "confusion.png"
        self.curves = path / "curves.png"
        self.asked = path / "asked.json"
        self.comparison = path / "comparison.json"
        self.arms = path / "arms.csv"
        self.details = path / "details.json"
        self.rows = path / "rows.parquet"
        self.answers = path / "answers.parquet"
        self.tune = path / "tune.json"
        self.report = path / "report.html"
        self.card = path / "card.md"

    @classmethod
    def create(
        cls,
        root: Path,
        name: str | None = None,
        *,
        prefix: str = "run",
        overwrite: bool = False,
    ) -> RunDirectory:
        """Choose the directory of a new run; nothing is written before `start`.

        Args:
            root: Folder of all runs.
            name: Its name; None makes one from the prefix and the time.
            prefix: First part of a name that is made.
            overwrite: Whether a run of that name is replaced.

        Raises:
            ConfigError: If the name is taken, or is not a plain file name.
        """
        if name is None:
            stamp = f"{prefix}-{time.strftime('%Y%m%d-%H%M%S')}"
            name, number = stamp, 2
            while (root / name).exists():
                name, number = f"{stamp}-{number}", number + 1
        too_long = len(os.fsencode(name)) > MAX_NAME_BYTES
        if name in ("", "..") or name != Path(name).name or too_long:
            problem = f"a run cannot be called {name!r}"
            raise ConfigError(problem, fix="Use a plain name; --runs names the folder.")
        path = root / name
        if path.exists() and not overwrite:
            problem = f"there is already {path}"
            raise ConfigError(problem, fix="Choose another --name, or use --overwrite.")
        if path.exists() and not (path / "status.json").exists():
            problem = f"{path} is not a run and will not be overwritten"
            raise ConfigError(problem, fix="Choose another --name.")
        return cls(path, replaces=overwrite)

    def start(self) -> None:
        """Make the directory; a run that is replaced goes away now.

        Raises:
            ConfigError: If another process took the name since it was chosen, or the
                folder of all runs is a file.
        """
        if self._replaces and self.path.exists():
            shutil.rmtree(self.path)
        try:
            self.path.mkdir(parents=True)
        except (FileExistsError, NotADirectoryError) as error:
            problem = f"{self.path} cannot be made: {error.strerror}"
            fix = "Choose another --name or --runs."
            raise ConfigError(problem, fix=fix) from error
        write_json(self.status, {"format": FORMAT, "status": "training"})

    def finish(self) -> None:
        """Mark the run complete; its checkpoint is no longer needed."""
        self.checkpoint.unlink(missing_ok=True)
        write_json(self.status, {"format": FORMAT, "status": "complete"})

    @classmethod
    def open(cls, path: str | Path) -> RunDirectory:
        """Return an existing run.

        Raises:
            RunError: If there is none, or another version of Sidelight wrote it.
        """
        run = cls(Path(path))
        if not run.status.exists():
            raise _not_a_run(run.path)
        status = read_json(run.status)
        written = status.get("format") if isinstance(status, dict) else None
        if written != FORMAT:
            problem = f"this run has format {written}; this Sidelight reads {FORMAT}"
            raise RunError(problem, path=path, fix="Update sidelight, or train again.")
        return run

    def fingerprint(self) -> str:
        """Return a hash of the files that answers depend on."""
        model = self.model if self.model.exists() else self.checkpoint
        digest = hashlib.sha256()
        for path in (model, self.preprocessor, self.image_rule, self.schema):
            digest.update(path.read_bytes() if path.exists() else b"")
        return digest.hexdigest()

    def usable_model(self) -> Path:
        """Return the trained model, or the last checkpoint of an interrupted run.

        A checkpoint comes with a `DataWarning`, so that nobody takes it for the model.

        Raises:
            RunError: If not even the first epoch was finished.
        """
        if self.model.exists():
            return self.model
        if self.asked.exists():
            problem = "this is a comparison, and no trained model"
            fix = f"Train its best fusion: sidelight train --config {self.config}"
            raise RunError(problem, path=self.path, fix=fix)
        if (self.path / "best").is_dir():
            problem = "this is a search; its winner is a run of its own"
            raise RunError(problem, path=self.path, fix=f"Use {self.path / 'best'}.")
        if self.checkpoint.exists():
            said = (
                f"{self.path} did not finish training; the network of its last whole "
                f"epoch answers. To train again: sidelight train --config {self.config}"
            )
            warnings.warn(said, DataWarning, stacklevel=2)
            return self.checkpoint
        problem = "this run stopped before its first epoch was over"
        raise RunError(problem, path=self.path, fix="Train it again with --overwrite.")


def _not_a_run(path: Path) -> RunError:
    if path.exists():
        problem = "this is not a run directory"
        return RunError(problem, path=path, fix="Name one, such as runs/NAME.")
    siblings = path.parent.iterdir() if path.parent.is_dir() else ()
    runs = [p.name for p in siblings if (p / "status.json").exists()]
    close = nearest(path.name, runs)
    hint = f"Did you mean {path.parent / close[0]}? " if close else ""
    listed = f"There are: {', '.join(sorted(runs)[:10])}." if runs else ""
    problem = "there is no such run"
    return RunError(problem, path=path, fix=f"{hint}{listed}".strip())
