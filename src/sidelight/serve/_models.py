"""A server's models, side by side; each is exchanged when its file changes."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from sidelight.errors import ConfigError
from sidelight.predictor import (
    OnnxModel,
    Signature,
    TrainedOn,
    as_inputs,
    row_model,
)
from sidelight.serve._batching import Batcher
from sidelight.serve._described import example_row
from sidelight.serve._pictures import blank
from sidelight.serve._settings import Settings

log = logging.getLogger("sidelight.serve")

Stamp = tuple[int, int, int]
Seen = Callable[[str, int], None]


@dataclass(frozen=True)
class Served:
    """A model that answers.

    Attributes:
        name: What requests call it.
        model: The file, loaded; what a request alone is answered by.
        rows: The class of a row of its metadata.
        trained_on: Tells what in a row is unusual.
        batcher: Asks it.
    """

    name: str
    model: OnnxModel
    rows: type[BaseModel]
    trained_on: TrainedOn
    batcher: Batcher

    @property
    def signature(self) -> Signature:
        """What the model takes and gives."""
        return self.model.signature


class Models:
    """The models by name; the first is the one that requests mean without a name.

    Args:
        paths: Exported files by name.
        settings: Batch sizes and threads.
        seen: Told the model's name and the rows of each batch.

    Raises:
        RunError: If a file is none, damaged, or of another version.
    """

    def __init__(
        self,
        paths: Mapping[str, Path],
        settings: Settings,
        seen: Seen = lambda *_: None,
    ) -> None:
        self._paths, self._settings, self._seen = dict(paths), settings, seen
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._stamps: dict[str, Stamp | None] = {}
        self._tried: dict[str, Stamp | None] = {}
        self._served: dict[str, Served] = {}
        self.swaps = dict.fromkeys(paths, 0)
        for name, path in paths.items():
            self._stamps[name] = self._tried[name] = _stamp(path)
            self._served[name] = self._load(name)
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    @property
    def names(self) -> list[str]:
        """The models' names, the default first."""
        return list(self._paths)

    def current(self, name: str | None = None) -> Served:
        """Return a model to look at, not to ask.

        Raises:
            KeyError: If there is none of that name.
        """
        return self._served[self.names[0] if name is None else name]

    @contextmanager
    def taken(self, name: str | None = None) -> Iterator[Served]:
        """Hold a model as long as a request needs it, exchanged meanwhile or not.

        Raises:
            KeyError: If there is none of that name.
        """
        with self._lock:
            served = self.current(name)
            coming = served.batcher.coming()
            coming.__enter__()
        try:
            yield served
        finally:
            coming.__exit__(None, None, None)

    def states(self) -> dict[str, str]:
        """Return of each model whether its file is current, removed or refused."""
        return {name: self._state(name) for name in self.names}

    def _state(self, name: str) -> str:
        if self._stamps[name] == self._tried[name]:
            return "current"
        return "removed" if self._tried[name] is None else "refused"

    def close(self) -> None:
        """Stop watching; what was taken is answered."""
        self._stop.set()
        self._watcher.join()
        for served in self._served.values():
            served.batcher.close()

    def _watch(self) -> None:
        last = dict(self._tried)
        while not self._stop.wait(self._settings.watch_seconds):
            for name, path in self._paths.items():
                stamp = _stamp(path)
                # A file that is still being written has another stamp each time.
                if stamp == last[name] and stamp != self._tried[name]:
                    self._tried[name] = stamp
                    self._exchange(name, stamp)
                last[name] = stamp

    def _exchange(self, name: str, stamp: Stamp | None) -> None:
        if stamp is None:
            log.warning("%s: the file is gone; the loaded model goes on", name)
            return
        try:
            served = self._load(name)
        except Exception as error:  # whatever it is, the old model goes on
            log.warning("%s: the new file is not taken: %s", name, error)
            return
        with self._lock:
            old, self._served[name] = self._served[name], served
            self._stamps[name] = stamp
            self.swaps[name] += 1
        old.batcher.close()
        log.info("%s: exchanged, now %s", name, served.signature.fingerprint[:12])

    def _load(self, name: str) -> Served:
        settings = self._settings
        cores = settings.threads or os.cpu_count() or 1
        # Threads of one call wait for each other, calls of one thread do not.
        loaded = OnnxModel.open_each(self._paths[name], sorted({1, cores}))
        model, beside = loaded[-1], loaded[0]
        _try(model)
        batcher = Batcher(
            model.figures,
            beside.figures,
            at_once=cores,
            max_batch=settings.max_batch,
            max_wait=settings.max_wait_ms / 1000,
            seen=lambda rows: self._seen(name, rows),
        )
        signature = model.signature
        return Served(name, model, row_model(signature), TrainedOn(signature), batcher)


def _try(model: OnnxModel) -> None:
    """Ask for one row, so that a file that cannot answer is found before requests."""
    signature = model.signature
    row = as_inputs(signature, [example_row(signature)])
    model.figures(row | blank(signature, 1))


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def named_paths(words: list[str]) -> dict[str, Path]:
    """Return files by name from FILE or NAME=FILE; a file's stem is its name.

    Raises:
        ConfigError: If two have the same name, or a name is empty.
    """
    found: dict[str, Path] = {}
    for word in words:
        name, _, path = word.rpartition("=")
        path_given = Path(path)
        name = name or path_given.stem
        if name in found:
            problem = f"two models are called {name!r}"
            raise ConfigError(problem, fix="Give one another name: NAME=FILE.onnx")
        found[name] = path_given
    return found
