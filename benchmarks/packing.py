"""Figures of the pack: its speed, and the memory it takes.

- `speed_ratios`: JPEGs packed by all cores over the plain loop with Pillow, on
  one: seconds, and seconds of all processors together, which a busy machine cannot
  change; and the seconds to pack them again when nothing has changed.
- `memory_ratios`: the most memory of one's own that packing, and an epoch of the feed,
  take on ten times as many pictures, over that on a tenth. Each in a process of its
  own. Memory is anonymous memory: pages of the mapped pack are the file system's, and
  are given back at need.

    python -m benchmarks.packing [number of pictures]
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from PIL import Image

from sidelight.images import pack, survey
from sidelight.pixels import ImageRule
from sidelight.schema import Schema
from sidelight.table import Pictures, Table

SIDE, SIZE = 256, 128
DISTINCT = 500
BATCH = 32


def speed_ratios(number: int = 10_000, repeats: int = 3) -> dict[str, float]:
    """Return packing over a loop with Pillow, and the seconds of packing again."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = write_jpegs(folder / "jpegs", number)
        rule = survey(table, size=(SIZE, SIZE)).rule
        loop, first, again = [], [], []
        for turn in range(repeats):
            cache = folder / f"cache{turn}"
            loop.append(_seconds(lambda: _by_hand(table)))
            first.append(_seconds(lambda: _pack(table, rule, cache)))  # noqa: B023
            again.append(_seconds(lambda: _pack(table, rule, cache)))  # noqa: B023
            shutil.rmtree(cache)
    (loop_s, loop_cpu), (first_s, first_cpu) = _least(loop), _least(first)
    return {
        "ratio": first_s / loop_s,
        "cpu_ratio": first_cpu / loop_cpu,
        "again_s": _least(again)[0],
        "pictures_per_second": number / first_s,
    }


def memory_ratios(number: int = 2_000) -> dict[str, float]:
    """Return peak memory at ten times the pictures over that at one time."""
    peaks: dict[str, list[float]] = {"packing": [], "feed": []}
    with tempfile.TemporaryDirectory() as name:
        for times in (1, 10):
            folder = Path(name) / str(times)
            write_jpegs(folder / "jpegs", number * times)
            for what, found in peaks.items():
                words = [sys.executable, "-m", "benchmarks.packing", what, str(folder)]
                done = subprocess.run(words, capture_output=True, check=True, text=True)
                found.append(json.loads(done.stdout.splitlines()[-1]))
    return {what: found[1] / found[0] for what, found in peaks.items()}


def write_jpegs(folder: Path, number: int, side: int = SIDE) -> Table:
    """Write smooth random pictures with some grain; more than 500 are further names."""
    folder.mkdir(parents=True)
    paths = [folder / f"{index:06d}.jpg" for index in range(number)]
    for index, path in enumerate(paths):
        if index >= DISTINCT:
            path.hardlink_to(paths[index % DISTINCT])
            continue
        rng = np.random.default_rng(index)
        coarse = rng.integers(0, 256, (12, 12, 3), dtype=np.uint8)
        smooth = Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)
        grain = rng.normal(0, 6, (side, side, 1))
        pixels = np.clip(np.asarray(smooth) + grain, 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(path, quality=90)
    return table_of(folder)


def table_of(folder: Path) -> Table:
    """Return the pictures of a folder as a table."""
    paths = sorted(folder.iterdir())
    return Table(
        frame=pl.DataFrame({"file": [str(path) for path in paths]}),
        schema=Schema(image="file"),
        source="generated",
        rows=np.arange(1, len(paths) + 1),
        images=Pictures(paths),
    )


def main(number: int = 10_000) -> None:
    """Measure and print."""
    speed = speed_ratios(number)
    rate = speed["pictures_per_second"]
    print(f"packing {number:,} JPEGs of {SIDE} px to {SIZE}: {rate:,.0f} pictures/s")
    print(f"  ÷ a loop with Pillow on one core   {speed['ratio']:6.2f}  (goal ≤ 0.35)")
    print(f"  likewise, all processors' seconds  {speed['cpu_ratio']:6.2f}")
    print(f"  again, nothing changed            {speed['again_s']:6.2f} s (goal ≤ 2 s)")
    memory = memory_ratios(number // 5)
    print("peak memory of one's own at 10 × the pictures ÷ at 1 ×   (goal ≤ 1.1)")
    print(f"  packing                            {memory['packing']:6.2f}")
    print(f"  an epoch of the feed               {memory['feed']:6.2f}")


def _pack(table: Table, rule: ImageRule, cache: Path) -> Any:
    return pack(table, rule, cache=cache, progress=False)


def _by_hand(table: Table) -> None:
    pixels = np.empty((len(table), SIZE, SIZE, 3), np.uint8)
    for row, path in enumerate(table.images):
        with Image.open(path) as image:
            pixels[row] = np.asarray(image.convert("RGB").resize((SIZE, SIZE)))


def _seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Return seconds on the clock, and of all processors together."""
    start, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - cpu


def _least(turns: list[tuple[float, float]]) -> list[float]:
    return [min(column) for column in zip(*turns, strict=True)]


def _peak_of(what: str, folder: Path) -> float:
    """Return the most anonymous memory, in MiB, while packing or feeding."""
    import sidelight.workflow  # noqa: F401  # what every verb that packs has loaded

    table = table_of(folder / "jpegs")
    rule = ImageRule(height=SIZE, width=SIZE, bands=3)
    if what == "packing":
        with _Watch() as watch:
            _pack(table, rule, folder / "cache")
        return watch.peak
    from sidelight.feed import Source, tf_dataset

    images = _pack(table, rule, folder / "cache").images
    source = Source(meta={}, pack=images, target=np.zeros(len(table), np.int64))
    with _Watch() as watch:
        for _ in tf_dataset(source, batch_size=BATCH, shuffle=True):
            pass
    return watch.peak


class _Watch:
    """Watch this process' anonymous memory a hundred times a second."""

    def __enter__(self) -> _Watch:
        self.peak, self.done = 0.0, threading.Event()
        self.thread = threading.Thread(target=self._look)
        self.thread.start()
        return self

    def _look(self) -> None:
        while not self.done.wait(0.01):
            self.peak = max(self.peak, _anonymous())

    def __exit__(self, *error: object) -> None:
        self.done.set()
        self.thread.join()


def _anonymous() -> float:
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) / 1024
    message = "this kernel does not tell anonymous memory"
    raise OSError(message)


if __name__ == "__main__":
    if len(sys.argv) == 3:  # one of the measured processes
        print(json.dumps(_peak_of(sys.argv[1], Path(sys.argv[2]))))
    else:
        main(*map(int, sys.argv[1:]))
