"""Good and hostile requests at once, the model exchanged midway, SIGTERM at the end.

    python -m benchmarks.hostile [seconds]

Four clients ask about pictures whose answers are known, on connections that stay open;
three send forms that are cut off, bombs, nonsense and the like. Goal over five minutes:
no lost or wrong answer, no 5xx, exit code 0.
"""

from __future__ import annotations

import json
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks.served import (
    ROW,
    Line,
    Served,
    form,
    form_of,
    pixels,
    ready,
    write_models,
)

GOOD, BAD = 4, 3
Truth = dict[str, list[list[float]]]


def main(words: list[str] | None = None) -> None:
    """Print how many requests were answered how."""
    seconds = float(words[0]) if words else 300
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_models(folder)
        counts, code = traffic(folder, seconds)
    text = ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items()))
    print(f"{seconds:.0f} s of mixed traffic: {text}; exit code {code}", flush=True)


def traffic(folder: Path, seconds: float) -> tuple[Counter[str], int]:
    """Return the counts and the server's exit code."""
    place = folder / "live.onnx"
    shutil.copy(folder / "a.onnx", place)
    truth = {name: answers(folder / f"{name}.onnx") for name in ("a", "b")}
    counts: Counter[str] = Counter()
    stop = threading.Event()
    with Served(place) as server:
        threads = [
            threading.Thread(target=_good, args=(server, truth, counts, stop, n))
            for n in range(GOOD)
        ] + [
            threading.Thread(target=_bad, args=(server, counts, stop, n))
            for n in range(BAD)
        ]
        for thread in threads:
            thread.start()
        time.sleep(seconds / 2)
        shutil.copy(folder / "b.onnx", folder / "next")
        (folder / "next").replace(place)
        time.sleep(seconds / 2)
        server.process.send_signal(signal.SIGTERM)
        code = server.process.wait(60)
        stop.set()
        for thread in threads:
            thread.join()
    return counts, code


def answers(path: Path) -> list[list[float]]:
    """Return what a file answers to the good pictures."""
    model, inputs = ready(path, GOOD)
    return model.figures(inputs).tolist()


def _good(
    server: Served, truth: Truth, counts: Counter[str], stop: threading.Event, seed: int
) -> None:
    body = form(pixels(seed))
    while not stop.is_set():
        try:
            with Line(server, body) as line:
                while not stop.is_set():
                    counts[_verdict(*line.ask(), truth, seed)] += 1
        except OSError:
            if server.process.poll() is None and not _closing(server):
                counts["lost"] += 1
            time.sleep(0.01)


def _verdict(status: int, text: bytes, truth: Truth, seed: int) -> str:
    if status != 200:
        return f"good answered {status}"
    found = json.loads(text)
    name = found["fingerprint"]
    off = np.abs(np.array(list(found["probability"].values())) - truth[name][seed])
    return f"right by {name}" if off.max() < 1e-5 else "wrong"


def _closing(server: Served) -> bool:
    """Return whether it takes no more connections, as it should after SIGTERM."""
    return server.ask("GET", "/healthz")[0] == 0


def _bad(
    server: Served, counts: Counter[str], stop: threading.Event, seed: int
) -> None:
    rng = random.Random(seed)
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
        counts["hostile, 5xx" if status >= 500 else "hostile"] += 1


if __name__ == "__main__":
    main(sys.argv[1:])
