"""A server in a process of its own, and what it is asked."""

from __future__ import annotations

import http.client
import io
import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sidelight.predictor import OnnxModel

ROW = {
    "depth (m) 深さ": 4.5,
    "image": 2.0,
    "sensor": "ä",
    "ground": ["sand"],
    "night": True,
    "taken": "2020-01-05T02:00:00",
    "lat": 12.5,
    "lon": -100.0,
}
SIDE = 128
BOUNDARY = "x7e57"
KIND = f"multipart/form-data; boundary={BOUNDARY}"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def write_models(folder: Path) -> None:
    """Write `a.onnx` and `b.onnx`, which answer otherwise."""
    # In a process of its own: TensorFlow would take memory and threads here.
    code = f"from benchmarks.served import export; export({str(folder)!r})"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def export(folder: str) -> None:
    """Export `efficientnet_lite0` at 128 px with metadata of every kind, twice."""
    from sidelight.export import write_checked
    from sidelight.schema import ImageSpec
    from sidelight.testing._exporters import tiny_subject

    image = ImageSpec(height=SIDE, width=SIDE, bands=3)
    for name, fusion in (("a", "film"), ("b", "concat")):
        subject = tiny_subject(
            backbone="efficientnet_lite0",
            fusion=fusion,
            image=image,
            weights="imagenet",
            fingerprint=name,
        )
        write_checked(subject, "onnx", Path(folder) / f"{name}.onnx")


class Served:
    """`sidelight serve` of some files."""

    def __init__(self, *paths: Path) -> None:
        start = time.perf_counter()
        command = [sys.executable, "-c", "from sidelight.cli import main; main()"]
        self.process = subprocess.Popen(
            [*command, "serve", "--port", "0", *map(str, paths)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        out = self.process.stdout
        address = (
            ("" if out is None else out.readline()).split()[2].removeprefix("http://")
        )
        self.host, _, port = address.partition(":")
        self.port = int(port)
        while self.ask("GET", "/readyz")[0] != 200:
            time.sleep(0.01)
        self.start_s = time.perf_counter() - start

    def __enter__(self) -> Served:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(60)

    def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Ask once, on a connection of its own; 0 is no answer."""
        headers = {"content-type": KIND} if body else {}
        line = http.client.HTTPConnection(self.host, self.port, timeout=60)
        try:
            line.request(method, path, body or None, headers)
            answer = line.getresponse()
            return answer.status, answer.read()
        except OSError:
            return 0, b""
        finally:
            line.close()

    def mb(self) -> float:
        """Resident memory."""
        text = Path(f"/proc/{self.process.pid}/statm").read_text()
        return int(text.split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


class Line:
    """A connection that stays open and sends one form again and again.

    What is sent is made once, and of an answer only status and length are read: the
    client's share of the cores is small (40 µs a request; `http.client` takes 120).

    Args:
        server: Whom to ask.
        body: The form.
    """

    def __init__(self, server: Served, body: bytes) -> None:
        head = (
            f"POST /predict HTTP/1.1\r\nHost: {server.host}:{server.port}\r\n"
            f"Content-Type: {KIND}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._request = head.encode() + body
        address = (server.host, server.port)
        self._socket = socket.create_connection(address, timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def ask(self) -> tuple[int, bytes]:
        """Return an answer's status and body.

        Raises:
            OSError: If there is none.
        """
        self._socket.sendall(self._request)
        found = self._more()
        while (end := found.find(b"\r\n\r\n")) < 0:
            found += self._more()
        length = LENGTH.search(found, 0, end)
        if length is None:
            problem = "an answer without its length"
            raise ConnectionError(problem)
        start = end + 4
        while len(found) < start + int(length[1]):
            found += self._more()
        return int(found[9:12]), found[start:]

    def _more(self) -> bytes:
        found = self._socket.recv(2**16)
        if not found:
            problem = "closed before its answer"
            raise ConnectionError(problem)
        return found


def form(pixels: np.ndarray, row: dict | None = None) -> bytes:
    """Return a form of one row."""
    file = io.BytesIO()
    np.save(file, pixels)
    return form_of(file.getvalue(), json.dumps(ROW if row is None else row))


def form_of(picture: bytes, metadata: str) -> bytes:
    """Return a form of any bytes."""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n'
    middle = (
        f"\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; "
        'name="image"; filename="x"\r\n\r\n'
    )
    end = f"\r\n--{BOUNDARY}--\r\n"
    return head.encode() + metadata.encode() + middle.encode() + picture + end.encode()


def pixels(seed: int) -> np.ndarray:
    """Return a picture of the model's size."""
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)


def ready(path: Path, size: int) -> tuple[OnnxModel, dict[str, np.ndarray]]:
    """Return a file's network and its inputs for pictures of the first seeds."""
    from sidelight.predictor import OnnxModel, as_inputs, columns_of, row_model

    model = OnnxModel.open(path)
    row = columns_of(row_model(model.signature).model_validate(ROW))
    inputs = as_inputs(model.signature, [row] * size)
    inputs["image"] = np.stack([pixels(seed) for seed in range(size)])
    return model, inputs
