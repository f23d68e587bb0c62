"""Figures of the input: Sidelight's feed against what one writes by hand.

- `feed_ratios`: JPEGs decoded in every epoch by a hand-written `tf.data`, against the
  feed alone: pictures a second after the first pass, and the time of the first pass,
  which for Sidelight is header survey, packing and one epoch.
- `training_ratio`: epochs of the small network trained from the feed, over the same
  number of steps on one batch that is held in memory.

Both sides of a ratio take turns, and the fastest turn of each is compared: whatever
else runs on the machine only ever makes a turn slower. Decoding by hand keeps the usual
defaults; Sidelight decodes a JPEG of twice the size at a half, as its rule says.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import keras
import numpy as np
import polars as pl
import tensorflow as tf
from PIL import Image

from sidelight.feed import Source, tf_dataset
from sidelight.images import Pack, pack, survey
from sidelight.nn import build
from sidelight.pixels import ImageRule
from sidelight.schema import ImageSpec, MetaSpec, ModelSpec, Schema
from sidelight.table import Pictures, Table

BATCH = 32


def feed_ratios(
    num_pictures: int = 2000, side: int = 256, size: int = 128, repeats: int = 5
) -> dict[str, float]:
    """Return how many times faster the feed is, and the first pass over theirs."""
    their_first, their_later, our_first, our_later = [], [], [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = _write_jpegs(folder / "jpegs", num_pictures, side)
        labels = np.zeros(num_pictures, np.int64)
        # Files and libraries are warm before the clock runs.
        _consume(_their_feed(table, labels, size))
        _consume(_our_feed(table, labels, size, folder / "cache"))
        for turn in range(repeats):
            cache = folder / f"cache{turn}"
            start = time.perf_counter()
            theirs = _their_feed(table, labels, size)
            _consume(theirs)
            their_first.append(time.perf_counter() - start)
            their_later.append(_seconds(theirs))
            start = time.perf_counter()
            ours = _our_feed(table, labels, size, cache)
            _consume(ours)
            our_first.append(time.perf_counter() - start)
            our_later += [_seconds(ours) for _ in range(5)]
            shutil.rmtree(cache)
    return {
        "speedup": min(their_later) / min(our_later),
        "first_pass": min(our_first) / min(their_first),
        "pictures_per_second": num_pictures / min(our_later),
    }


def training_ratio(
    num_chips: int = 6000, side: int = 48, repeats: int = 5, fusion: str = "none"
) -> float:
    """Return the time of an epoch from the feed over one from memory, same steps."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (num_chips, side, side, 3), dtype=np.uint8)
    target = rng.integers(0, 5, num_chips)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "pixels.u8"
        pixels.tofile(path)
        mapped = np.memmap(path, np.uint8, mode="r", shape=pixels.shape)
        rule = ImageRule(height=side, width=side, bands=3)
        images = Pack(rule, mapped, rng.permutation(num_chips))
        source = Source(meta={}, pack=images, target=target)
        feed = tf_dataset(source, batch_size=BATCH, shuffle=True)
        batch = next(iter(feed))
        steps = len(feed) - bool(num_chips % BATCH)
        feed = feed.take(steps)
        memory = tf.data.Dataset.from_tensors(batch).cache().repeat(steps)
        model = _small_model(side, fusion)
        for dataset in (memory, feed):  # traces are made before the clock runs
            model.fit(dataset, shuffle=False, verbose=0)
        held, fed = [], []
        for _ in range(repeats):
            held.append(_fit_seconds(model, memory))
            fed.append(_fit_seconds(model, feed))
    return min(fed) / min(held)


def main() -> None:
    """Measure and print."""
    feed = feed_ratios()
    rate, speedup = feed["pictures_per_second"], feed["speedup"]
    print(f"feed alone: {rate:,.0f} pictures/s of 128 px from 256 px JPEGs")
    print(f"  ÷ decoding them in every epoch   {speedup:6.1f}   (goal ≥ 10)")
    print(f"  first pass ÷ theirs              {feed['first_pass']:6.2f}   (goal ≤ 1)")
    print(f"training ÷ from memory             {training_ratio():6.3f}   (goal ≤ 1.03)")


def _write_jpegs(folder: Path, number: int, side: int) -> Table:
    """Write smooth random pictures with some grain, about as large as photographs."""
    folder.mkdir()
    paths = [folder / f"{index:05d}.jpg" for index in range(number)]

    def write(index: int) -> None:
        rng = np.random.default_rng(index)
        coarse = rng.integers(0, 256, (12, 12, 3), dtype=np.uint8)
        smooth = Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)
        grain = rng.normal(0, 6, (side, side, 1))
        pixels = np.clip(np.asarray(smooth) + grain, 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(paths[index], quality=90)

    with ThreadPoolExecutor() as pool:
        list(pool.map(write, range(number)))
    return Table(
        frame=pl.DataFrame({"file": [str(path) for path in paths]}),
        schema=Schema(image="file"),
        source="generated",
        rows=np.arange(1, number + 1),
        images=Pictures(paths),
    )


def _their_feed(table: Table, labels: np.ndarray, size: int) -> tf.data.Dataset:
    """Return what one finds in tutorials, with every advice followed."""

    def load(path: Any, label: Any) -> Any:
        image = tf.io.decode_jpeg(tf.io.read_file(path), channels=3)
        image = tf.image.resize(image, (size, size))
        return {"image": tf.cast(image, tf.uint8)}, label

    paths = [str(path) for path in table.images]
    return (
        tf.data.Dataset.from_tensor_slices((paths, labels))
        .shuffle(len(paths))
        .map(load, num_parallel_calls=tf.data.AUTOTUNE)
        .batch(BATCH)
        .prefetch(tf.data.AUTOTUNE)
    )


def _our_feed(
    table: Table, labels: np.ndarray, size: int, cache: Path
) -> tf.data.Dataset:
    surveyed = survey(table, size=(size, size))
    packed = pack(surveyed.table, surveyed.rule, cache=cache, progress=False)
    source = Source(meta={}, pack=packed.images, target=labels)
    return tf_dataset(source, batch_size=BATCH, shuffle=True)


def _small_model(side: int, fusion: str) -> keras.Model:
    image = ImageSpec(height=side, width=side, bands=3)
    spec = ModelSpec(
        image=image, meta=MetaSpec(), task="multiclass", num_outputs=5, fusion=fusion
    )
    model = build(spec)
    loss = "sparse_categorical_crossentropy"
    model.compile(keras.optimizers.AdamW(1e-4), loss, jit_compile=False)
    return model


def _consume(dataset: tf.data.Dataset) -> None:
    for _ in dataset:
        pass


def _seconds(dataset: tf.data.Dataset) -> float:
    start = time.perf_counter()
    _consume(dataset)
    return time.perf_counter() - start


def _fit_seconds(model: keras.Model, dataset: tf.data.Dataset) -> float:
    start = time.perf_counter()
    model.fit(dataset, shuffle=False, verbose=0)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
