"""What HTTP, decoding and batching cost beside the bare network.

    python -m benchmarks.serve [--seconds 20] [--requests 50000]

`efficientnet_lite0` at 128 px with metadata of every kind, exported and served on this
machine; the clients are threads of one other process on the same cores, so that what
they cost themselves counts against the server. Pictures are sent as .npy of the model's
size: nothing is decoded that the bare network does not get ready-made. Ratios are the
medians of turns in which the bare network is asked right before the server.

Goals: a request alone at most 1.5 times the bare call (p50); 32 clients at least 0.8 of
the bare network's rows per second at its best batch size, p99 at most 5 times p50 under
that load; ready at most 2 s after the start; memory flat over 50,000 requests.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from benchmarks.served import Line, Served, form, pixels, ready, write_models

CLIENTS, TURNS, BARE_S = 32, 5, 2.0
BATCHES = (1, 2, 4, 8, 16, 32)


def main(words: list[str] | None = None) -> None:
    """Print each figure beside its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--requests", type=int, default=0)
    given = parser.parse_args([] if words is None else words)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_models(folder)
        path = folder / "a.onnx"
        with Served(path) as server:
            print(f"start to ready: {server.start_s:.2f} s (goal 2)", flush=True)
            alone(server, path)
            crowd(server, path, given.seconds)
            if given.requests:
                memory(server, given.requests)


def bare(path: Path, size: int) -> float:
    """Return the seconds of a call of the bare network, with all cores."""
    model, inputs = ready(path, size)
    for _ in range(3):
        model.figures(inputs)
    times: list[float] = []
    while sum(times) < BARE_S:
        start = time.perf_counter()
        model.figures(inputs)
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def alone(server: Served, path: Path) -> None:
    """Ask one after another."""
    turns = []
    with Line(server, form(pixels(0))) as line:
        for _ in range(TURNS):
            call = bare(path, 1)
            times = [_timed(line) for _ in range(300)]
            turns.append((1000 * call, 1000 * float(np.median(times[50:]))))
    ratios = [found / call for call, found in turns]
    call, found = np.median(turns, axis=0)
    print(
        f"alone: p50 {found:.2f} ms, bare {call:.2f}: {_said(ratios)} (goal 1.5)",
        flush=True,
    )


def crowd(server: Served, path: Path, seconds: float) -> None:
    """Ask from 32 connections at once."""
    best = max(BATCHES, key=lambda size: size / bare(path, size))
    turns, slow = [], []
    for _ in range(TURNS):
        rate = best / bare(path, best)
        times = _asked_at_once(server, seconds)
        p50, p99 = np.percentile(times, [50, 99])
        turns.append((rate, len(times) / seconds, 1000 * p50, 1000 * p99))
        slow.append(p99 / p50)
    rate, found, p50, p99 = np.median(turns, axis=0)
    ratios = [turn[1] / turn[0] for turn in turns]
    print(
        f"{CLIENTS} clients: {found:.0f} rows/s, bare {rate:.0f} in batches of {best}: "
        f"{_said(ratios)} (goal 0.8); "
        f"p50 {p50:.0f} ms, p99 {p99:.0f} ms: {_said(slow)} (goal 5)",
        flush=True,
    )


def _asked_at_once(server: Served, seconds: float) -> list[float]:
    """Return the seconds of each answer to 32 clients."""
    times: list[float] = []
    end = time.perf_counter() + seconds

    def work(seed: int) -> None:
        with Line(server, form(pixels(seed))) as line:
            while time.perf_counter() < end:
                times.append(_timed(line))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def _timed(line: Line) -> float:
    start = time.perf_counter()
    status, body = line.ask()
    if status != 200:
        raise RuntimeError(status, body)
    return time.perf_counter() - start


def _said(ratios: list[float]) -> str:
    return f"{np.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def memory(server: Served, requests: int) -> None:
    """Print the server's memory as requests go by."""
    seen = []
    with Line(server, form(pixels(0))) as line:
        for number in range(requests + 1):
            if number % (requests // 5) == 0:
                seen.append(server.mb())
            _timed(line)
    text = ", ".join(f"{mb:.0f}" for mb in seen)
    print(f"memory over {requests:,} requests: {text} MiB (goal: flat)", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
