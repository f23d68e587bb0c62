"""Tiny exported models, and servers of them."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from PIL import Image

from sidelight.export import write_checked
from sidelight.testing._exporters import tiny_subject

PATIENCE_S = 60
ROW = {
    "depth (m) 深さ": 4.5,
    "image": 2.0,
    "sensor": "ä",
    "ground": ["sand", "mud"],
    "night": True,
    "taken": "2020-01-05T02:00:00",
    "lat": 12.5,
    "lon": -100.0,
}


def export_model(path: Path, **changes: Any) -> Path:
    """Export an untrained network with columns of every kind."""
    return write_checked(tiny_subject(**changes), "onnx", path).path


def picture(
    seed: int = 0, kind: str = "PNG", size: tuple[int, int] = (24, 24)
) -> bytes:
    """Return a picture file of random pixels."""
    pixels = np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


def form(metadata: Any = None, image: bytes | None = b"") -> dict[str, Any]:
    """Return a form for httpx: a row, and a picture unless it is None."""
    text = json.dumps(ROW if metadata is None else metadata)
    found: dict[str, Any] = {"data": {"metadata": text}}
    if image is not None:
        found["files"] = {"image": ("x", image or picture())}
    return found


class Running:
    """A server in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process, self.url = process, url
        self.said: list[str] = []
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        self.said.extend(self.process.stderr)

    def stop(self) -> int:
        """Tell it to end, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)

    def end(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.wait()
        self._listener.join()
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()


@contextmanager
def served(*words: object, **environment: str) -> Iterator[Running]:
    """Start `sidelight serve` at a free port, and end it."""
    command = [sys.executable, "-c", "from sidelight.cli import main; main()", "serve"]
    process = subprocess.Popen(
        [*command, "--port", "0", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://\S+", line)
    if found is None:
        process.kill()
        raise AssertionError(line + process.communicate()[1])
    running = Running(process, found[0])
    try:
        yield running
    finally:
        running.end()


def client(running: Running, **options: Any) -> httpx.Client:
    """Return a client of a server."""
    return httpx.Client(base_url=running.url, timeout=PATIENCE_S, **options)
