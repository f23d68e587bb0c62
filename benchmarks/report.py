"""What the page of a large comparison takes: 20 arms, 10,000 test rows.

Goals: at most 15 s to write, at most 6 MB. The trainings are made up. The page is made
from the comparison in memory, gains and calibration included, and again from disk.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from sidelight.experiments.compare import Comparison, Evidence
from sidelight.registry import FUSIONS
from sidelight.report import write_report
from sidelight.runs import RunDirectory, environment, write_json, write_text
from tests.unit.report.making import make_comparison, make_table

ROWS, FOLDS, SEEDS, CLASSES, ARMS = 10_000, 5, 3, 10, 20


def main() -> None:
    """Write the page both ways; print seconds and size."""
    with tempfile.TemporaryDirectory() as folder:
        table = make_table(
            Path(folder) / "pictures",
            ROWS,
            tuple(f"class {i}" for i in range(CLASSES)),
            pictures=2000,
        )
        names = [n for n in FUSIONS.names() if n not in ("none", "metadata")]
        strategies = ("film", *[n for n in names if n != "film"])[: ARMS - 6]
        found = make_comparison(
            table, strategies=strategies, num_folds=FOLDS, seeds=SEEDS
        )
        start = time.perf_counter()
        path = found.report(Path(folder) / "memory.html")
        _say("from memory", len(found.results), start, path)
        directory = _stored(found, Path(folder) / "run")
        start = time.perf_counter()
        _say("from disk", len(found.results), start, write_report(directory.path))
    print("goals: at most 15 s, at most 6 MB")


def _stored(found: Comparison, path: Path) -> RunDirectory:
    directory = RunDirectory(path)
    directory.start()
    write_json(directory.asked, {})
    Evidence.of(found).write(directory)
    write_text(directory.config, found.best.config.to_yaml())
    write_json(directory.comparison, found.to_json())
    write_json(directory.environment, environment())
    return directory


def _say(way: str, arms: int, start: float, path: Path) -> None:
    seconds = time.perf_counter() - start
    print(
        f"{arms} arms, {ROWS:,} test rows, {way:<12} {seconds:5.1f} s   "
        f"{path.stat().st_size / 1e6:.2f} MB",
        flush=True,
    )


if __name__ == "__main__":
    main()
