"""What HTTP, decoding and batching cost beside the bare network.

    python -m benchmarks.serve [--seconds 20] [--requests 50000] [--hostile 300]

`efficientnet_lite0` at 128 px with metadata of every kind, exported and served on this
machine; the clients are threads of one other process on the same cores, so that what
they cost themselves counts against the server. Pictures are sent as .npy of the model's
size: nothing is decoded that the bare network does not get ready-made.

Goals: a request alone at most 1.5 times the bare call (p50); 32 clients at least 0.8 of
the bare network's rows per second at its best batch size, p99 at most 5 times p50 under
that load; ready at most 2 s after the start; memory flat over 50,000 requests; in five
minutes of good and hostile requests, an exchange of the model and a SIGTERM, no lost or
wrong answer and no 5xx.
"""

from __future__ import annotations

import argparse
import http.client
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np

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
SIDE, CLIENTS = 128, 32
BATCHES = (1, 2, 4, 8, 16, 32)
BOUNDARY = "x7e57"


def main(words: list[str] | None = None) -> None:
    """Print each figure beside its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--requests", type=int, default=0)
    parser.add_argument("--hostile", type=float, default=0)
    given = parser.parse_args([] if words is None else words)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # In a process of its own: TensorFlow would take memory and threads here.
        code = f"from benchmarks.serve import export; export({str(folder)!r})"
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        bare_ms, best = bare(folder / "a.onnx")
        with Served(folder / "a.onnx") as server:
            print(f"start to ready: {server.start_s:.2f} s (goal 2)", flush=True)
            alone(server, bare_ms)
            crowd(server, best, given.seconds)
            if given.requests:
                memory(server, given.requests)
        if given.hostile:
            hostile(folder, given.hostile)


def export(folder: str) -> None:
    """Write two models that answer otherwise."""
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
    """A server in a process of its own."""

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

    def line(self) -> http.client.HTTPConnection:
        """Return a connection that stays open."""
        return http.client.HTTPConnection(self.host, self.port, timeout=60)

    def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Ask once, on a connection of its own; 0 is no answer."""
        try:
            return asked(self.line(), method, path, body)
        except OSError:
            return 0, b""

    def mb(self) -> float:
        """Resident memory."""
        text = Path(f"/proc/{self.process.pid}/statm").read_text()
        return int(text.split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def asked(
    line: http.client.HTTPConnection, method: str, path: str, body: bytes = b""
) -> tuple[int, bytes]:
    """Ask on an open connection."""
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    line.request(method, path, body or None, {"content-type": kind} if body else {})
    answer = line.getresponse()
    return answer.status, answer.read()


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


def bare(path: Path) -> tuple[float, float]:
    """Return the milliseconds of a row alone, and the most rows per second."""
    from sidelight.predictor import OnnxModel, as_inputs, columns_of, row_model

    model = OnnxModel.open(path)
    row = columns_of(row_model(model.signature).model_validate(ROW))
    best, alone_ms = 0.0, 0.0
    for size in BATCHES:
        inputs = as_inputs(model.signature, [row] * size)
        inputs["image"] = np.stack([pixels(n) for n in range(size)])
        for _ in range(3):
            model.figures(inputs)
        times = []
        while sum(times) < 3:
            start = time.perf_counter()
            model.figures(inputs)
            times.append(time.perf_counter() - start)
        best = max(best, size / float(np.median(times)))
        if size == 1:
            alone_ms = 1000 * float(np.median(times))
    print(f"bare: {alone_ms:.2f} ms a row alone, {best:.0f} rows/s at best", flush=True)
    return alone_ms, best


def alone(server: Served, bare_ms: float) -> None:
    """Ask one after another."""
    line, body, times = server.line(), form(pixels(0)), []
    for number in range(600):
        start = time.perf_counter()
        status, _ = asked(line, "POST", "/predict", body)
        if number >= 100:
            times.append(1000 * (time.perf_counter() - start))
        if status != 200:
            raise RuntimeError(status)
    middle = float(np.median(times))
    print(f"alone: p50 {middle:.2f} ms, {middle / bare_ms:.2f} of bare (goal 1.5)")


def crowd(server: Served, best: float, seconds: float) -> None:
    """Ask from 32 connections at once."""
    end = time.perf_counter() + seconds
    times: list[float] = []

    def work(seed: int) -> None:
        line, body = server.line(), form(pixels(seed))
        while time.perf_counter() < end:
            start = time.perf_counter()
            asked(line, "POST", "/predict", body)
            times.append(1000 * (time.perf_counter() - start))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate = len(times) / seconds
    middle, slow = np.percentile(times, [50, 99])
    print(
        f"{CLIENTS} clients: {rate:.0f} rows/s, {rate / best:.2f} of bare (goal 0.8); "
        f"p50 {middle:.0f} ms, p99 {slow:.0f} ms, {slow / middle:.1f} times (goal 5)",
        flush=True,
    )


def memory(server: Served, requests: int) -> None:
    """Print the server's memory as requests go by."""
    line, body = server.line(), form(pixels(0))
    seen = []
    for number in range(requests + 1):
        if number % (requests // 5) == 0:
            seen.append(server.mb())
        asked(line, "POST", "/predict", body)
    text = ", ".join(f"{mb:.0f}" for mb in seen)
    print(f"memory over {requests:,} requests: {text} MiB (goal: flat)", flush=True)


def hostile(folder: Path, seconds: float) -> None:
    """Mix good and hostile requests, exchange the model midway, end by SIGTERM."""
    place = folder / "live.onnx"
    shutil.copy(folder / "a.onnx", place)
    truth = {name: answers(folder / f"{name}.onnx") for name in ("a", "b")}
    counts: Counter[str] = Counter()
    stop = threading.Event()
    with Served(place) as server:
        good = [threading.Thread(target=_good, args=(server, truth, counts, stop, n))
                for n in range(4)]  # fmt: skip
        bad = [threading.Thread(target=_bad, args=(server, counts, stop, n))
               for n in range(3)]  # fmt: skip
        for thread in (*good, *bad):
            thread.start()
        time.sleep(seconds / 2)
        shutil.copy(folder / "b.onnx", folder / "next")
        (folder / "next").replace(place)
        time.sleep(seconds / 2)
        server.process.send_signal(signal.SIGTERM)
        code = server.process.wait(60)
        stop.set()
        for thread in (*good, *bad):
            thread.join()
    text = ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items()))
    print(f"{seconds:.0f} s of mixed traffic: {text}; exit code {code}", flush=True)


def answers(path: Path) -> list[list[float]]:
    """Return what a file answers to the four good pictures."""
    from sidelight.predictor import OnnxModel, as_inputs, columns_of, row_model

    model = OnnxModel.open(path)
    row = columns_of(row_model(model.signature).model_validate(ROW))
    inputs = as_inputs(model.signature, [row] * 4)
    inputs["image"] = np.stack([pixels(n) for n in range(4)])
    return model.figures(inputs).tolist()


def _good(
    server: Served,
    truth: dict[str, list[list[float]]],
    counts: Counter[str],
    stop: threading.Event,
    number: int,
) -> None:
    line, body = server.line(), form(pixels(number))
    while not stop.is_set():
        try:
            status, text = asked(line, "POST", "/predict", body)
        except (OSError, http.client.HTTPException):
            if server.process.poll() is None and not _closing(server):
                counts["lost"] += 1
            line = server.line()
            time.sleep(0.01)
            continue
        if status != 200:
            counts[f"good answered {status}"] += 1
            continue
        found = json.loads(text)
        wanted = truth[found["fingerprint"]][number]
        off = np.abs(np.array(list(found["probability"].values())) - wanted).max()
        counts["right" if off < 1e-5 else "wrong"] += 1
        counts[f"by {found['fingerprint']}"] += 1


def _closing(server: Served) -> bool:
    """Return whether it takes no more connections, as it should after SIGTERM."""
    return server.ask("GET", "/healthz")[0] == 0


def _bad(
    server: Served, counts: Counter[str], stop: threading.Event, number: int
) -> None:
    rng = random.Random(number)
    whole = form(pixels(9))
    kinds = [
        lambda: whole[: rng.randrange(len(whole))],
        lambda: form_of(rng.randbytes(3000), "{}"),
        lambda: form_of(b"\x89PNG\r\n\x1a\n" + rng.randbytes(900), json.dumps(ROW)),
        lambda: form_of(b"II*\0" + rng.randbytes(900), json.dumps(ROW)),
        lambda: form(pixels(1), {f"k{n}": n for n in range(10_000)}),
        lambda: form_of(b"x", "[" * 50_000),
        lambda: form_of(b"x", '{"lat": NaN}'),
        lambda: form(pixels(1), {"sensor": "../../etc/passwd"}),
        lambda: form(np.zeros((4000, 3000, 3), np.uint8)),
    ]
    while not stop.is_set():
        status, _ = server.ask("POST", "/predict", rng.choice(kinds)())
        if status >= 500:
            counts["5xx"] += 1
        counts["hostile"] += 1


if __name__ == "__main__":
    main(sys.argv[1:])
