"""Finished trainings on disk, so that none is run twice."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sidelight.experiments.compare._unit import ASKED, Unit
from sidelight.runs import read_json, write_json, write_parquet


class Units:
    """All trainings of a comparison, by arm, fold and seed.

    Args:
        folder: Where they are kept, or None to keep them in memory only. What stands
            there already counts as finished.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.finished: dict[tuple[str, int, int], Unit] = {}
        if folder is not None and folder.is_dir():
            for path in sorted(folder.glob("*.json")):
                unit = _read(path)
                self.finished[unit.arm, unit.fold, unit.seed] = unit

    def get(self, arm: str, fold: int, seed: int) -> Unit | None:
        """Return a finished training."""
        return self.finished.get((arm, fold, seed))

    def add(self, unit: Unit) -> None:
        """Keep a training; its figures are written before the file that counts."""
        self.finished[unit.arm, unit.fold, unit.seed] = unit
        if self.folder is None:
            return
        name = f"{unit.arm.replace(' ', '-')}-{unit.fold}-{unit.seed}"
        if unit.figures:
            write_parquet(self.folder / f"{name}.parquet", _frame(unit))
        facts = {k: v for k, v in asdict(unit).items() if k != "figures"}
        write_json(self.folder / f"{name}.json", facts)


def _frame(unit: Unit) -> pl.DataFrame:
    """Return the figures as a table: a part and one column for each class."""
    frames = []
    for part in ASKED:
        figures = unit.figures[part]
        columns = figures[:, None] if figures.ndim == 1 else figures
        data = {f"figure_{i}": column for i, column in enumerate(columns.T)}
        frames.append(pl.DataFrame({"part": [part] * len(figures), **data}))
    return pl.concat(frames)


def _read(path: Path) -> Unit:
    facts = read_json(path)
    figures: dict[str, Any] = {}
    if not facts["failed"]:
        frame = pl.read_parquet(path.with_suffix(".parquet"))
        for part in ASKED:
            rows = frame.filter(pl.col("part") == part).drop("part").to_numpy()
            figures[part] = np.ascontiguousarray(rows)
            if rows.shape[1] == 1:
                figures[part] = figures[part][:, 0]
    return Unit(**facts, figures=figures)
