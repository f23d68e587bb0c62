"""Synthetic pictures and metadata whose best possible accuracy is known.

Each kind is a generative model in a file of its own (`sidelight list synthetic`), with
its equations. A network that reaches the model's accuracy has used all there is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from sidelight.datasets._folder import (
    make_once,
    make_pictures,
    write_card,
    write_table,
)
from sidelight.datasets._synthetic._model import PARTS, Draw, Model, Part
from sidelight.errors import ConfigError
from sidelight.registry import DATASETS, SYNTHETIC

EDITION = 1
LEAST_ROWS = 2


@DATASETS.register(
    "synthetic",
    summary="pictures and metadata whose best possible accuracy is known",
)
def synthetic(
    kind: str,
    folder: str | Path | None = None,
    *,
    rows: tuple[int, int, int] = (4000, 1000, 5000),
    size: int = 32,
    seed: int = 7,
    progress: bool = True,
) -> Path:
    """Make a synthetic data set, or find it where it was made before.

    The same arguments give the same files. `table.csv` has the columns `file`, `part`
    (train, val or test), the metadata, `label`, and `oracle`: the best possible answer
    to each row, which no network may read.

    Args:
        kind: irrelevant, additive, interacting, where, nuisance, missing or shortcut.
        folder: Where it shall be; None is a folder of the user's cache.
        rows: Number of rows for training, validation and test.
        size: Pixels a side, 32 to 128.
        seed: Seed of everything that is drawn.
        progress: Whether a bar is shown where standard error is a terminal.

    Returns:
        The folder, with `images/*.png` (RGB), `table.csv` and `dataset.json`, which
        holds `best_possible_accuracy` (computed from the model) and `oracle_accuracy`
        (counted on the rows) of each part.

    Raises:
        UnknownNameError: If there is no such kind; suggests the nearest.
        ConfigError: If an argument is out of range, or the folder holds other files.
        DiskFullError: If the disk filled up; nothing is left of the attempt.
    """
    model: Model = SYNTHETIC.get(kind).obj()
    counts = [int(count) for count in rows]
    if len(counts) != len(PARTS) or min(counts) < LEAST_ROWS or not 32 <= size <= 128:
        problem = f"no synthetic data with {rows=}, {size=}"
        fix = "Give three numbers of rows, each 2 or more, and 32 to 128 pixels."
        raise ConfigError(problem, fix=fix)
    facts = {"kind": kind, "rows": counts, "size": size, "seed": seed}

    def build(place: Path) -> None:
        _build(place, model, facts, progress)

    return make_once(folder, "synthetic", facts, EDITION, build)


def _build(place: Path, model: Model, facts: dict[str, Any], progress: bool) -> None:
    (place / "images").mkdir(parents=True)
    seed, size = facts["seed"], facts["size"]
    draws = {
        part: model.draw(np.random.default_rng((seed, index)), count, part)
        for index, (part, count) in enumerate(zip(PARTS, facts["rows"], strict=True))
    }
    table = [row for part in PARTS for row in _rows(model, draws[part], part)]
    scenes = [
        (index, number, scene)
        for index, part in enumerate(PARTS)
        for number, scene in enumerate(draws[part].scene)
    ]

    def make(row: int) -> None:
        index, number, scene = scenes[row]
        # A generator for each picture: the files do not depend on who is drawn first.
        # Counted from one, since a seed that ends in zeros equals the shorter one.
        rng = np.random.default_rng((seed, index, number + 1))
        grey = _to_bytes(model.paint(scene, size, rng))
        picture = Image.fromarray(np.repeat(grey[:, :, None], 3, axis=2))
        picture.save(place / table[row]["file"])

    make_pictures(make, len(table), "painting", progress=progress)
    write_table(place, table)
    write_card(place, facts, EDITION, _card(model, facts["kind"], draws))


def _rows(model: Model, draw: Draw, part: Part) -> Iterator[dict[str, Any]]:
    """Yield the rows of one part as they stand in the table."""
    columns = {name: cells.tolist() for name, cells in draw.metadata.items()}
    answers = zip(draw.label.tolist(), draw.oracle.tolist(), strict=True)
    for number, (label, oracle) in enumerate(answers):
        yield {
            "file": f"images/{part}_{number + 1:05d}.png",
            "part": part,
            **{name: _cell(cells[number]) for name, cells in columns.items()},
            "label": model.classes[label],
            "oracle": model.classes[oracle],
        }


def _cell(value: Any) -> Any:
    return "" if isinstance(value, float) and math.isnan(value) else value


def _to_bytes(picture: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return (picture * 255).round().clip(0, 255).astype(np.uint8)


def _card(model: Any, kind: str, draws: dict[Part, Draw]) -> dict[str, Any]:
    """Return what a finder of the folder should know."""
    return {
        "summary": SYNTHETIC.get(kind).summary,
        "classes": model.classes,
        "parameters": asdict(model),
        "best_possible_accuracy": {part: model.best(part) for part in draws},
        "oracle_accuracy": {
            part: float((draw.oracle == draw.label).mean())
            for part, draw in draws.items()
        },
        "not_metadata": ["part", "oracle"],
        "may_be_mirrored": model.mirrors,
        "simulated": ["everything"],
    }
