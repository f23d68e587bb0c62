"""What a comparison costs, and whether its verdicts are right.

    python -m benchmarks.compare --parts speed
    python -m benchmarks.compare --parts agreement --rows 600
    python -m benchmarks.compare --parts verdicts --kinds irrelevant --repeats 20
    python -m benchmarks.compare --parts real --data ../shared/data --budget 900

speed: ten fusions with five seeds (`--seeds`) on one split, behind a frozen
`efficientnet_lite0` whose maps are computed once, beside one training of image only
that runs and changes the whole backbone, with the same epochs. Goal: at most 3 times
as long.

agreement: a comparison with the maps computed once, and the same one with the backbone
run in every epoch. Goal: no answer of any arm more than 1e-3 apart, the same verdict.

verdicts: comparisons of synthetic data whose truth is known, each with other data:
2,000 rows, image only, metadata only, film and the controls behind a frozen
`efficientnet_lite0` at 64 px, on three folds; a shortcut keeps its own parts. To rule
out a gain of one point takes more rows: `irrelevant` has 4,000.
Goal: right in 19 of 20 for irrelevant (does-not-help), additive, interacting and
nuisance (helps), and shortcut flagged as suspected-leak. One takes two minutes of a
core, so there are few of each by default.

real: ham10000, emoji and citylights (two pictures a row), where the folder with them is
given; `--tables` names some of them. Goal: each within its budget, its best arm above
boosted trees on metadata and small pictures, and the columns that leak named when they
are left in.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
import polars as pl
from PIL import Image

from sidelight.datasets import synthetic
from sidelight.experiments.compare import CompareConfig, Comparison, compare
from sidelight.experiments.compare._arms import Arm
from sidelight.experiments.compare._unit import run_unit
from sidelight.readers import read_table
from sidelight.table import NULL_VALUES, Table
from sidelight.training import FeatureStore
from sidelight.workflow import RunConfig, make_config, prepare

TEN = (
    "concat", "branch", "gated", "bilinear", "hyper",
    "metablock", "prior", "attend", "tokens", "daft",
)  # fmt: skip
LATE = ("concat", "branch", "gated", "attend", "prior")  # none acts before the last map
ROWS = (800, 200, 1000)  # for training, validation and test
ROWS_TO_RULE_OUT = (1600, 400, 2000)
EXPECTED = {
    "irrelevant": "does-not-help",
    "additive": "helps",
    "interacting": "helps",
    "nuisance": "helps",
    "shortcut": "suspected-leak",
}


@dataclass(frozen=True)
class Real:
    """A real table, and what is known about it.

    Attributes:
        target: The column to predict; its logarithm to base 10 where `log` says so.
        ids: Columns that are no metadata.
        leaks: Columns that give the target away.
        trees: Score of boosted trees on metadata and small pictures.
        image: The columns that name the pictures.
        size: Side of the pictures in pixels.
        log: Whether the target is an amount over many orders of magnitude.
        words: Words that mean an empty cell.
        train: Options of every training that are not the default.
        augment: The same of its random changes.
    """

    target: str
    ids: tuple[str, ...]
    leaks: tuple[str, ...]
    trees: float
    image: str = "image"
    size: str = "64"
    log: bool = False
    words: tuple[str, ...] = NULL_VALUES
    train: Mapping[str, Any] = field(default_factory=dict)
    augment: Mapping[str, Any] = field(default_factory=dict)

    def options(self) -> RunConfig:
        """Keep a pretrained backbone as it is, so that its maps are computed once."""
        train = {
            "backbone": "frozen" if int(self.size) >= 64 else "finetune",
            "class_weight": "none" if self.log else "balanced",
            **self.train,
        }
        return make_config(
            {
                "image": {"size": self.size},
                "train": train,
                "augment": dict(self.augment),
            }
        )


REAL = {
    "ham10000": Real("dx", ("lesion_id",), ("dx_type",), 0.39, size="96"),
    "emoji": Real("category", ("name",), ("subcategory", "first_codepoint"), 0.54),
    "citylights": Real(
        "population",
        ("name",),
        ("n_alternate_names",),
        0.14,
        image="image_day,image_night",
        size="32",
        log=True,
        words=(),  # "NA" is Namibia and North America
        # Of what was tried, the best on validation rows. There is much noise to learn,
        # and a city is one pixel in the middle, which a shift would move away.
        train={"epochs": 8, "learning_rate": 1e-3, "weight_decay": 0.1},
        augment={"shift": 0.0, "vertical_flip": True},
    ),
}


def main(words: list[str] | None = None) -> None:
    """Run the parts that are named; speed and one verdict a kind by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", default="speed,verdicts")
    parser.add_argument("--rows", type=int, default=1200)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--kinds", default=",".join(EXPECTED))
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--data", default="../shared/data")
    parser.add_argument("--tables", default=",".join(REAL))
    parser.add_argument("--budget", type=float, default=900)
    given = parser.parse_args([] if words is None else words)
    parts = given.parts.split(",")
    if "speed" in parts:
        speed(given.rows, given.epochs, given.seeds)
    if "agreement" in parts:
        agreement(given.rows, given.epochs)
    if "verdicts" in parts:
        verdicts(given.kinds.split(","), given.repeats)
    if "real" in parts:
        real(Path(given.data), given.budget, given.tables.split(","))


def speed(num_rows: int, epochs: int, seeds: int) -> None:
    """Time ten fusions with each seed on shared maps, and one whole training."""
    with tempfile.TemporaryDirectory() as name:
        table = bright_pictures(Path(name), num_rows)
        config = make_config(
            {
                "network": {"backbone": "efficientnet_lite0", "weights": "imagenet"},
                "augment": {"horizontal_flip": False, "shift": 0},
                "train": {"epochs": epochs, "backbone": "frozen"},
                "image": {"cache": f"{name}/cache"},
            }
        )
        prepared = prepare(table, config, progress=False)
        shared = []
        with FeatureStore() as features:
            for seed in range(seeds):
                start = time.perf_counter()
                for fusion in TEN:
                    arm = Arm(fusion, "fusion", fusion=fusion)
                    unit = run_unit(arm, prepared, config, 0, seed, features)
                    if not unit.cached:
                        raise RuntimeError(unit.failed or fusion)
                shared.append(time.perf_counter() - start)
        train = config.train.model_copy(update={"backbone": "finetune"})
        whole = config.model_copy(update={"train": train})
        start = time.perf_counter()
        run_unit(Arm("none", "image", fusion="none"), prepared, whole, 0, 1)
        alone = time.perf_counter() - start
    rows = prepared.split.counts()["train"]
    each = ", ".join(f"{seconds:.0f}" for seconds in shared)
    print(
        f"ten fusions, {epochs} epochs of {rows} rows: {each} s, seed by seed; "
        f"image only, whole backbone: {alone:.0f} s; "
        f"ratio {sum(shared) / alone:.2f} for {seeds} seeds (goal at most 3 for five)",
        flush=True,
    )


def agreement(num_rows: int, epochs: int) -> None:
    """Compare with shared maps and without; print how far apart the answers are."""
    options = CompareConfig(strategies=LATE, seeds=1, folds=3)
    found = {}
    for shared in (True, False):
        with tempfile.TemporaryDirectory() as name:
            config = make_config(
                {
                    "network": {
                        "backbone": "efficientnet_lite0",
                        "weights": "imagenet",
                    },
                    "augment": {"horizontal_flip": False, "shift": 0},
                    "train": {
                        "epochs": epochs,
                        "backbone": "frozen",
                        "reuse_features": shared,
                    },
                    "image": {"size": "64", "cache": f"{name}/cache"},
                }
            )
            start = time.perf_counter()
            found[shared] = compare(
                bright_pictures(Path(name), num_rows), config, options
            )
            print(
                f"maps {'once' if shared else 'in every epoch'}: "
                f"{time.perf_counter() - start:.0f} s, {found[shared].verdict.line}",
                flush=True,
            )
    once, always = (found[shared].scores.units.finished for shared in (True, False))
    worst: dict[str, float] = {}
    for key, unit in once.items():
        apart = [
            float(np.abs(figures - always[key].figures[part]).max())
            for part, figures in unit.figures.items()
        ]
        worst[unit.arm] = max(worst.get(unit.arm, 0.0), *apart)
    for arm, apart in worst.items():
        print(f"  {arm}: answers at most {apart:.1e} apart (goal 1e-3)", flush=True)


def bright_pictures(folder: Path, num_rows: int) -> Any:
    """Return a table of 128-pixel pictures whose brightness tells the class."""
    rng = np.random.default_rng(0)
    (folder / "images").mkdir()
    level = rng.integers(0, 5, num_rows)
    for row in range(num_rows):
        noise = rng.integers(0, 56, (128, 128, 3)) + 40 * level[row]
        Image.fromarray(noise.astype("uint8")).save(folder / f"images/{row}.png")
    frame = pl.DataFrame(
        {
            "file": [f"images/{row}.png" for row in range(num_rows)],
            "label": [f"c{i}" for i in (level + rng.integers(0, 2, num_rows)) % 5],
            **{f"x{i}": rng.normal(size=num_rows) for i in range(8)},
        }
    )
    frame.write_csv(folder / "table.csv")
    return read_table(folder / "table.csv", image="file", target="label")


def verdicts(kinds: list[str], repeats: int) -> None:
    """Compare synthetic data of each kind; print verdicts and how many are right."""
    for kind in kinds:
        right = 0
        for repeat in range(repeats):
            found = verdict_on(kind, seed=repeat + 1)
            right += found.verdict.word == EXPECTED[kind]
            print(f"  {kind} {repeat + 1}: {found.verdict.line}", flush=True)
        print(f"{kind}: {right} of {repeats} are {EXPECTED[kind]} (goal 19 of 20)")


def verdict_on(kind: str, *, seed: int) -> Comparison:
    """Compare one data set; a shortcut keeps its own parts, the others get folds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        rows = ROWS_TO_RULE_OUT if kind == "irrelevant" else ROWS
        data = synthetic(kind, folder, rows=rows, seed=seed, progress=False)
        own_parts = kind == "shortcut"
        table = read_table(
            data / "table.csv",
            image="file",
            target="label",
            drop=("part", "oracle"),
            keep=("part",),
        )
        split = {"method": "column", "column": "part"} if own_parts else {}
        config = make_config(
            {
                "split": split,
                "network": {"backbone": "efficientnet_lite0", "weights": "imagenet"},
                "augment": {"horizontal_flip": False, "shift": 0},
                "train": {"epochs": 8, "seed": seed, "backbone": "frozen"},
                "image": {"size": "64", "cache": f"{name}/cache"},
            }
        )
        folds = 1 if own_parts else 3
        options = CompareConfig(strategies=("film",), seeds=1, folds=folds)
        found = compare(table, config, options)
        keras.utils.clear_session()
        return found


def real(folder: Path, budget: float, names: list[str]) -> None:
    """Compare real tables, without and with the columns that leak."""
    for name in names:
        known = REAL[name]
        path = folder / name
        files = list(path.glob("*.csv")) if path.is_dir() else []
        if not files:
            print(f"{name}: not in {folder}")
            continue
        for drop, what in (
            ((*known.ids, *known.leaks), "without leaks"),
            (known.ids, "with leaks"),
        ):
            start = time.perf_counter()
            table = real_table(files[0], known, drop)
            found = compare(table, known.options(), CompareConfig(budget=budget))
            best = max(r.score.mean for r in found.results if r.score is not None)
            print(
                f"{name} {what}: {time.perf_counter() - start:.0f} s, best arm "
                f"{best:.3f} (trees on both {known.trees}), {found.verdict.line}",
                flush=True,
            )
            scores = [(r.name, r.score.mean) for r in found.results if r.score]
            each = ", ".join(f"{name} {score:.3f}" for name, score in scores)
            print(f"    {each}", flush=True)
            for sign in found.signs:
                print(f"    {sign.sentence}", flush=True)


def real_table(path: Path, known: Real, drop: tuple[str, ...]) -> Table:
    """Return the checked rows of a real table."""
    frame = pl.read_csv(path, infer_schema=False)
    target = pl.col(known.target)
    if known.log:
        frame = frame.with_columns(target.cast(pl.Float64).log10())
    return read_table(
        frame,
        image=known.image,
        target=known.target,
        images=path.parent,
        drop=drop,
        null_values=known.words,
    )


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
