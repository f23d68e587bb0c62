"""A million rows against a million files, one to one, beside an `os.path.exists` loop.

The loop only learns that each file is there. The check also learns that each is a
regular file, that no two rows name the same one, and which pictures no row names. Both
take turns in processes of their own; the files hold one byte each, in 1,000 folders.
Seconds of processors are told beside those of the clock, for busy machines.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NUM_FILES = 1_000_000
NUM_FOLDERS = 1_000
NUM_RUNS = 3
GOAL, MEMORY_GOAL = 0.2, 1.0  # ratio of seconds; GiB


def names(num_files: int) -> list[str]:
    """Return the cells of the table, as relative paths."""
    in_folder = num_files // NUM_FOLDERS
    return [
        f"site_{folder:04d}/IMG_{number:06d}.JPG"
        for folder in range(NUM_FOLDERS)
        for number in range(in_folder)
    ]


def make_files(root: str, num_files: int) -> None:
    """Write the files of the table."""
    for folder in range(NUM_FOLDERS):
        Path(root, f"site_{folder:04d}").mkdir(parents=True)
    for name in names(num_files):
        handle = os.open(f"{root}/{name}", os.O_CREAT | os.O_WRONLY)
        os.write(handle, b"x")
        os.close(handle)


class Watch:
    """Seconds of the clock and of all threads, since it was made."""

    def __init__(self) -> None:
        self.start = time.perf_counter(), time.process_time()

    def seconds(self) -> tuple[float, float]:
        return time.perf_counter() - self.start[0], time.process_time() - self.start[1]


def loop(root: str, num_files: int) -> tuple[float, float]:
    """Return the seconds of asking for each file."""
    cells = names(num_files)
    watch = Watch()
    missing = [n for n in cells if not os.path.exists(os.path.join(root, n))]  # noqa: PTH110, PTH118
    seconds = watch.seconds()
    if missing:
        raise RuntimeError(missing[0])
    return seconds


def check(root: str, num_files: int) -> tuple[float, float]:
    """Return the seconds of the whole check, with the pictures that no row names."""
    import polars as pl

    from sidelight.table._references import (
        check_references,
        full_paths,
        warn_about_unnamed,
    )

    cells = pl.Series("file", names(num_files))
    watch = Watch()
    found = check_references([cells], Path(root), whole=True)
    named = full_paths(cells, Path(root))
    unnamed = warn_about_unnamed(found.pictures, named, found.files)
    seconds = watch.seconds()
    if found.problems or unnamed or len(found.pictures) != num_files:
        raise RuntimeError(found.problems, unnamed)
    return seconds


def measure(work: str, root: str, num_files: int) -> list[float]:
    """Return both seconds and peak memory in GiB of one side, in a new process."""
    command = [sys.executable, "-m", "benchmarks.references", work, root]
    said = subprocess.run(
        [*command, str(num_files)], check=True, capture_output=True, text=True
    )
    return [float(word) for word in said.stdout.split()]


def main(num_files: int = NUM_FILES, num_runs: int = NUM_RUNS) -> float:
    """Print seconds, ratios and memory, and return the median ratio."""
    with tempfile.TemporaryDirectory(prefix="sidelight-references-") as root:
        make_files(root, num_files)
        print(f"References: {num_files:,} rows, as many files in {NUM_FOLDERS} folders")
        ratios = []
        for run in range(num_runs):
            theirs = measure("loop", root, num_files)
            mine = measure("check", root, num_files)
            ratio, of_cpu = mine[0] / theirs[0], mine[1] / theirs[1]
            ratios.append(ratio)
            print(
                f"  run {run + 1}: sidelight {mine[0]:.2f} s ({mine[2]:.2f} GiB), "
                f"os.path.exists {theirs[0]:.2f} s, ratio {ratio:.3f}; "
                f"of processor time {of_cpu:.3f}",
                flush=True,
            )
    ratio = statistics.median(ratios)
    print(f"  median ratio {ratio:.3f} (goal ≤ {GOAL}; memory ≤ {MEMORY_GOAL} GiB)")
    return ratio


if __name__ == "__main__":
    if len(sys.argv) == 4:
        side = {"loop": loop, "check": check}[sys.argv[1]]
        took = side(sys.argv[2], int(sys.argv[3]))
        print(*took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
    else:
        main(*map(int, sys.argv[1:]))
