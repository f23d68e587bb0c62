"""Figures of the audit: its pace, and how many alarms real tables raise.

- `seconds`: 100,000 rows of metadata without a fault, 20 columns, every check that
  needs no pixels; the table is in memory. There must be no alarm.
- `alarms`: findings on tables under a folder, `NAME/table.csv` beside its pictures,
  each named on the command line as NAME:IMAGE:TARGET. Whether an alarm is false is for
  people to say, so all are printed.

python -m benchmarks.audit [--data FOLDER NAME:IMAGE:TARGET ...]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import polars as pl

from sidelight.audit import Audit, run_checks
from sidelight.readers import read_table
from sidelight.splits import SplitConfig, make_split
from sidelight.table import Table

ROWS = 100_000


def big_table(num_rows: int = ROWS) -> Table:
    """Return rows whose label depends on the metadata a little, as text."""
    rng = np.random.default_rng(0)
    label = rng.integers(0, 8, num_rows)
    day = np.datetime64("2015-01-01") + rng.integers(0, 3000, num_rows)
    columns = {
        "label": [f"class{i}" for i in label],
        "lat": rng.uniform(35, 65, num_rows).round(4),
        "lon": rng.uniform(-10, 30, num_rows).round(4),
        "captured": day.astype(str),
        "elevation": np.exp(rng.normal(5, 1, num_rows)).round(1),
        "age": rng.integers(0, 100, num_rows),
    }
    for number in range(8):
        values = rng.normal(size=num_rows) + label * 0.05 * number
        columns[f"measure{number}"] = values.round(3)
    for number, levels in enumerate((2, 5, 12, 40, 150, 800)):
        drawn = rng.integers(0, levels, num_rows)
        columns[f"level{number}"] = [f"v{value}" for value in drawn]
    frame = pl.DataFrame(columns).with_columns(pl.all().cast(pl.String))
    gaps = pl.Series(rng.random(num_rows) < 0.1)
    frame = frame.with_columns(pl.when(~gaps).then("measure0").alias("measure0"))
    return read_table(frame, target="label", on_bad="keep")


def seconds() -> tuple[float, float, Audit]:
    """Return how long the checks of metadata take, how much of it was computing in
    this process, and what they found.
    """
    table = big_table()
    split = make_split(table, SplitConfig())
    run_checks(table.at(np.arange(1000)), None, progress=False)  # imports
    start, computing = time.perf_counter(), time.process_time()
    found = run_checks(table, split, progress=False)
    return time.perf_counter() - start, time.process_time() - computing, found


def alarms(folder: Path, name: str, image: str, target: str) -> Audit:
    """Return what is found in a real table; commas join several image columns."""
    # Namibia and North America are written NA.
    table = read_table(
        folder / name / "table.csv",
        image=image.split(","),
        target=target,
        on_bad="keep",
        null_values=[""],
    )
    return run_checks(table, make_split(table, SplitConfig()))


def main(words: tuple[str, ...] = ()) -> None:
    """Measure and print."""
    if not words:
        took, computing, found = seconds()
        alarming = sum(finding.severity != "note" for finding in found.findings)
        print(f"audit of {ROWS:,} rows, metadata   {took:6.1f} s (goal ≤ 20)")
        print(f"  of all processors together       {computing:6.1f} s")
        print(f"  alarms without a fault           {alarming:6d}   (goal 0)")
        return
    folder = Path(words[words.index("--data") + 1])
    for word in words[words.index("--data") + 2 :]:
        found = alarms(folder, *word.split(":"))
        print(f"{word}: {found.counts()}")
        for finding in found.findings:
            print(f"  {finding.severity:8} {finding.check:20} {finding.sentence}")


if __name__ == "__main__":
    main(tuple(sys.argv[1:]))
