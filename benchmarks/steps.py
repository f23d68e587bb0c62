"""One training step of each fusion beside one of the image-only network.

Goal: at most 1.15 times (`small`, 64 px, batches of 32, eight metadata columns).
"""

from __future__ import annotations

import statistics
import time

import keras
import numpy as np

from sidelight.nn import build
from sidelight.registry import FUSIONS, HEADS
from sidelight.schema import ImageSpec, MetaSpec, ModelSpec
from sidelight.training import TrainConfig
from sidelight.training.schedule import build_optimizer

ROUNDS, STEPS, BATCH = 15, 8, 32


def main() -> None:
    """Time steps of all fusions in turn and print medians and ratios."""
    rng = np.random.default_rng(0)
    inputs = {
        "image": rng.integers(0, 256, (BATCH, 64, 64, 3)).astype("float32"),
        "numeric": rng.normal(size=(BATCH, 8)).astype("float32"),
    }
    target = rng.integers(0, 5, BATCH)
    models = {name: _compiled(name) for name in FUSIONS.names()}
    seconds: dict[str, list[float]] = {name: [] for name in models}
    for round_number in range(ROUNDS + 1):
        for name, model in models.items():
            batch = {key: inputs[key] for key in model.input}
            start = time.perf_counter()
            for _ in range(STEPS):
                model.train_on_batch(batch, target)
            if round_number:  # the first round compiles
                seconds[name].append((time.perf_counter() - start) / STEPS)
    base = seconds["none"]
    for name, times in seconds.items():
        ratio = statistics.median(t / b for t, b in zip(times, base, strict=True))
        print(f"{name:<10} {1000 * statistics.median(times):7.1f} ms   {ratio:.2f} ×")
    print("goal: at most 1.15 ×")


def _compiled(fusion: str) -> keras.Model:
    spec = ModelSpec(
        image=ImageSpec(height=64, width=64, bands=3),
        meta=MetaSpec(num_numeric=8),
        task="multiclass",
        num_outputs=5,
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
    main()
