"""Training behind a frozen backbone, its maps computed once or in every epoch.

Goal: at least 5 times faster over 10 epochs (`efficientnet_lite0`, 128 px, a fusion at
or after the last stage), with the same predictions to 1e-3. The more rows, the less the
two graphs count that have to be traced.

    python -m benchmarks.frozen --rows 3000 --fusions film
"""

from __future__ import annotations

import argparse
import time

import keras
import numpy as np

from sidelight.feed import Source
from sidelight.images import Pack
from sidelight.nn import assemble
from sidelight.pixels import ImageRule
from sidelight.registry import HEADS
from sidelight.schema import ImageSpec, MetaSpec, ModelSpec
from sidelight.training import TrainConfig, train

SIZE, ROWS, COLUMNS, EPOCHS = 128, 3000, 8, 10


def main(words: list[str] | None = None) -> None:
    """Train both ways with each fusion, in turn, and print seconds, ratio and gap."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--fusions", default="concat,film,attend")
    given = parser.parse_args([] if words is None else words)
    for fusion in given.fusions.split(","):
        seconds, answers = {}, {}
        for reuse in (False, True):
            seconds[reuse], answers[reuse] = _trained(fusion, reuse, given.rows)
        gap = np.abs(answers[True] - answers[False]).max()
        print(
            f"{fusion:<8} every epoch {seconds[False]:6.1f} s   once "
            f"{seconds[True]:6.1f} s   {seconds[False] / seconds[True]:.1f} times "
            f"faster   predictions differ by {gap:.1e}",
            flush=True,
        )
    print("goal: at least 5 times faster, at most 1e-3 apart")


def _trained(fusion: str, reuse: bool, num_rows: int) -> tuple[float, np.ndarray]:
    keras.utils.set_random_seed(0)
    options = {"film": {"stages": (-1,)}, "attend": {"stages": (-1,)}}
    spec = ModelSpec(
        image=ImageSpec(height=SIZE, width=SIZE, bands=3),
        meta=MetaSpec.of_numbers(COLUMNS),
        task="multiclass",
        num_outputs=5,
        backbone="efficientnet_lite0",
        weights="imagenet",
        fusion=fusion,
        fusion_options=options.get(fusion, {}),
        dropout=0.0,
    )
    network, backbone = assemble(spec)
    rows = {"train": _rows(num_rows), "val": _rows(num_rows // 6)}
    config = TrainConfig(epochs=EPOCHS, backbone="frozen", reuse_features=reuse)
    start = time.perf_counter()
    train(
        network,
        rows["train"],
        rows["val"],
        HEADS.get("multiclass").obj,
        config,
        backbone=backbone,
        verbose=False,
    )
    seconds = time.perf_counter() - start
    inputs = rows["val"].gather(np.arange(64))[0]
    return seconds, np.asarray(network(inputs, training=False))


def _rows(count: int) -> Source:
    """Return random pictures with a brightness that the target depends on."""
    rng = np.random.default_rng(count)
    level = rng.integers(0, 5, count)
    noise = rng.integers(0, 56, (count, SIZE, SIZE, 3))
    pixels = (noise + 40 * level[:, None, None, None]).astype("uint8")
    rule = ImageRule(height=SIZE, width=SIZE, bands=3)
    return Source(
        meta={"numeric": rng.normal(size=(count, COLUMNS)).astype("float32")},
        pack=Pack(rule, pixels, np.arange(count)),
        target=(level + rng.integers(0, 2, count)) % 5,
    )


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
