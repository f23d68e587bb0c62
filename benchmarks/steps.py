"""One training step of each fusion beside one of the image-only network.

Goals, in batches of 32 with eight metadata columns: with `small` at 64 px at most 1.15
times for concat, branch, channels and film; with `efficientnet_lite0` at 128 px at most
1.10 for film, daft, metablock, excite, gated, bilinear and prior, and at most 1.5 for
attend, tokens, dynamic and hyper.

    python -m benchmarks.steps [small] [efficientnet_lite0]
"""

from __future__ import annotations

import statistics
import sys
import time

import keras
import numpy as np

from sidelight.nn import build
from sidelight.registry import FUSIONS, HEADS
from sidelight.schema import ImageSpec, MetaSpec, ModelSpec
from sidelight.training import TrainConfig
from sidelight.training.schedule import build_optimizer

BATCH, COLUMNS = 32, 8
# backbone: pixels, rounds, steps in a round
NETWORKS = {"small": (64, 15, 8), "efficientnet_lite0": (128, 7, 2)}
GOALS = {
    "small": {"concat branch channels film": 1.15},
    "efficientnet_lite0": {
        "film daft metablock excite gated bilinear prior": 1.10,
        "attend tokens dynamic hyper": 1.5,
    },
}


def main(backbones: list[str] | None = None) -> None:
    """Time steps of all fusions in turn and print medians, ratios and parameters."""
    for backbone in backbones or NETWORKS:
        _time(backbone)


def _time(backbone: str) -> None:
    size, rounds, steps = NETWORKS[backbone]
    rng = np.random.default_rng(0)
    inputs = {
        "image": rng.integers(0, 256, (BATCH, size, size, 3)).astype("float32"),
        "numeric": rng.normal(size=(BATCH, COLUMNS)).astype("float32"),
    }
    target = rng.integers(0, 5, BATCH)
    models = {name: _compiled(name, backbone, size) for name in FUSIONS.names()}
    seconds: dict[str, list[float]] = {name: [] for name in models}
    for round_number in range(rounds + 1):
        for name, model in models.items():
            batch = {key: inputs[key] for key in model.input}
            start = time.perf_counter()
            for _ in range(steps):
                model.train_on_batch(batch, target)
            if round_number:  # the first round compiles
                seconds[name].append((time.perf_counter() - start) / steps)
    base = models["none"].count_params()
    print(f"{backbone}, {size} px", flush=True)
    for name, times in seconds.items():
        pairs = zip(times, seconds["none"], strict=True)
        ratio = statistics.median(t / b for t, b in pairs)
        goals = GOALS[backbone].items()
        goal = next((g for names, g in goals if name in names.split()), None)
        more = models[name].count_params() - base
        print(
            f"  {name:<10} {1000 * statistics.median(times):7.1f} ms   {ratio:.2f} ×   "
            f"{more:+9,} parameters" + (f"   goal {goal:.2f}" if goal else "")
        )


def _compiled(fusion: str, backbone: str, size: int) -> keras.Model:
    spec = ModelSpec(
        image=ImageSpec(height=size, width=size, bands=3),
        meta=MetaSpec.of_numbers(COLUMNS),
        task="multiclass",
        num_outputs=5,
        backbone=backbone,
        fusion=fusion,
    )
    model = build(spec)
    model.compile(
        build_optimizer(TrainConfig(), 1000),
        HEADS.get("multiclass").obj.make_loss(0.0),
        jit_compile=False,
    )
    return model


if __name__ == "__main__":
    main(sys.argv[1:])
