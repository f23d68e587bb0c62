"""Every fusion on every kind of synthetic data, beside the best possible answer.

One data set a kind (4,000 rows to train on, 1,000 to watch, 5,000 to test), the network
`small` with Sidelight's defaults. Pictures are not mirrored where that would make the
metadata untrue (`where`).

    python -m benchmarks.synthetic --seeds 3 --fusions film,concat --kinds where

A training takes one to three minutes on two cores and the whole matrix hours, so name
fusions and kinds. For each training: accuracy on the test rows, the oracle's on the
same rows, the gap in points, and seconds. Goals, mean of 3 seeds: the best fusion
within 1 point of the oracle on irrelevant, additive, interacting, where and nuisance;
no fusion more than 0.5 points below image-only on irrelevant; attend or spatial solves
where, which concat cannot.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
import warnings
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from sidelight.datasets import synthetic
from sidelight.errors import SidelightWarning
from sidelight.feed import batches
from sidelight.nn import build, build_augmentation
from sidelight.readers import read_table
from sidelight.registry import FUSIONS, HEADS, SYNTHETIC
from sidelight.training import train
from sidelight.workflow import Prepared, make_config, prepare

EPOCHS = 15
FIRST_FIVE = ("irrelevant", "additive", "interacting", "where", "nuisance")


@dataclass(frozen=True)
class Score:
    """What one training gave on the test rows."""

    kind: str
    fusion: str
    seed: int
    accuracy: float
    best: float
    seconds: float

    @property
    def gap(self) -> float:
        """Points below the best possible answers."""
        return 100 * (self.best - self.accuracy)


def main(words: list[str] | None = None) -> None:
    """Train every fusion on every kind with every seed; print the matrix."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--fusions", default=",".join(FUSIONS.names()))
    parser.add_argument("--kinds", default=",".join(SYNTHETIC.names()))
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--json", default="")
    given = parser.parse_args([] if words is None else words)
    fusions, kinds = given.fusions.split(","), given.kinds.split(",")
    scores: list[Score] = []
    with tempfile.TemporaryDirectory() as folder:
        for kind in kinds:
            data = synthetic(kind, Path(folder) / kind, progress=False)
            prepared, card = load(data)
            for fusion in fusions:
                for seed in range(given.seeds):
                    score = measure(fusion, seed, prepared, card, given.epochs)
                    scores.append(score)
                    tell(score)
                    if given.json:
                        write(Path(given.json), scores)
    show(scores)


def load(data: Path) -> tuple[Prepared, dict[str, Any]]:
    """Return a data set ready to train on, and what is known of it."""
    card = json.loads((data / "dataset.json").read_text("utf-8"))
    table = read_table(
        data / "table.csv", image="file", target="label", drop=card["not_metadata"]
    )
    config = make_config(
        {
            "image": {"cache": str(data / "cache")},
            "split": {"method": "column", "column": "part"},
        }
    )
    with warnings.catch_warnings():
        # A shortcut that looks like a leak is the point of it.
        warnings.simplefilter("ignore", SidelightWarning)
        prepared = prepare(table, config, progress=False)
    return prepared, card


def measure(
    fusion: str, seed: int, prepared: Prepared, card: dict[str, Any], epochs: int
) -> Score:
    """Train one network, and score its last epoch."""
    keras.utils.set_random_seed(seed)
    config = make_config(
        {
            "network": {"fusion": fusion},
            "augment": {"horizontal_flip": card["may_be_mirrored"]},
            "train": {"epochs": epochs, "seed": seed},
        }
    )
    spec = prepared.spec(config.network)
    network = build(spec)
    start = time.perf_counter()
    train(
        network,
        prepared.source("train"),
        prepared.source("val"),
        HEADS.get(spec.task).obj,
        config.train,
        augment=build_augmentation(config.augment, spec, seed),
        verbose=False,
    )
    seconds = time.perf_counter() - start
    return Score(
        kind=card["arguments"]["kind"],
        fusion=fusion,
        seed=seed,
        accuracy=accuracy(network, prepared),
        best=card["oracle_accuracy"]["test"],
        seconds=seconds,
    )


def accuracy(network: keras.Model, prepared: Prepared) -> float:
    """Share of test rows answered right."""
    source = prepared.source("test")
    right = 0
    for inputs, target in batches(source.only(network.input), batch_size=256):
        answers = keras.ops.convert_to_numpy(network(inputs, training=False))
        chosen = answers[:, 0] > 0.5 if answers.shape[1] == 1 else answers.argmax(1)
        right += int((chosen == np.asarray(target).reshape(-1)).sum())
    return right / len(source)


def tell(score: Score) -> None:
    """Print one training as soon as it is over."""
    print(
        f"  {score.kind} {score.fusion} seed {score.seed}: {score.accuracy:.4f}, "
        f"{score.gap:+.1f} points from {score.best:.4f} ({score.seconds:.0f} s)",
        flush=True,
    )


def show(scores: list[Score]) -> None:
    """Print accuracies and gaps, a row a fusion and a column a kind, and the goals."""
    kinds = list(dict.fromkeys(score.kind for score in scores))
    fusions = list(dict.fromkeys(score.fusion for score in scores))
    best = {score.kind: score.best for score in scores}
    seeds = 1 + max(score.seed for score in scores)
    right, gap, seconds = (means(scores, n) for n in ("accuracy", "gap", "seconds"))
    print(f"\naccuracy (points to the best possible), mean of {seeds} seeds")
    print(f"{'':<12}" + "".join(f"{kind:>16}" for kind in kinds) + f"{'seconds':>9}")
    print(f"{'oracle':<12}" + "".join(f"{best[kind]:>9.3f}{'':7}" for kind in kinds))
    for fusion in fusions:
        arms = [(kind, fusion) for kind in kinds]
        cells = "".join(f"{right[arm]:>9.3f} ({gap[arm]:>4.1f})" for arm in arms)
        cost = statistics.mean(seconds[arm] for arm in arms)
        print(f"{fusion:<12}{cells}{cost:>9.0f}")
    for kind in (kind for kind in kinds if kind in FIRST_FIVE):
        first = min(fusions, key=lambda fusion, kind=kind: gap[kind, fusion])
        print(f"{kind}: {first} is {gap[kind, first]:.2f} points off (goal 1)")
    if "irrelevant" in kinds and "none" in fusions:
        show_cost_of_noise({f: gap["irrelevant", f] for f in fusions})


def means(scores: list[Score], figure: str) -> dict[tuple[str, str], float]:
    """Return the mean over seeds of a figure for each kind and fusion."""
    found: dict[tuple[str, str], list[float]] = {}
    for score in scores:
        found.setdefault((score.kind, score.fusion), []).append(getattr(score, figure))
    return {arm: statistics.mean(values) for arm, values in found.items()}


def show_cost_of_noise(gap: dict[str, float]) -> None:
    """Print which network that sees pictures loses most by reading noise."""
    behind = {f: gap[f] - gap["none"] for f in gap if f != "metadata"}
    last = max(behind, key=behind.__getitem__)
    print(f"irrelevant: {last} is {behind[last]:.2f} points below none (goal 0.5)")


def write(path: Path, scores: list[Score]) -> None:
    """Write all trainings so far as JSON."""
    plain: list[dict[str, Any]] = [{**asdict(s), "gap": s.gap} for s in scores]
    path.write_text(json.dumps(plain, indent=2), "utf-8")


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
