"""A frozen backbone's maps, computed once for all epochs and kept on disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from sidelight.errors import DiskFullError
from sidelight.feed import Source, batches
from sidelight.training.progress import counting

if TYPE_CHECKING:
    from numpy.typing import NDArray

BATCH_SIZE = 64


@contextmanager
def with_features(
    front: keras.Model, sources: list[Source], folder: Path, *, verbose: bool
) -> Iterator[list[Source]]:
    """Replace the pictures of some sources by what the frozen front makes of them.

    The maps are half-precision and memory-mapped, so they may be larger than memory;
    their files are gone afterwards.

    Args:
        front: From `nn.split`: image `(batch, height, width, bands)` to a map.
        sources: Rows with pictures.
        folder: Where a temporary folder for the maps is made.
        verbose: Whether a bar is shown on standard error.

    Yields:
        The same rows with "features" `(rows, h, w, channels)` float16 for pictures.

    Raises:
        DiskFullError: If the maps do not fit on the disk.
    """
    folder.mkdir(parents=True, exist_ok=True)
    total = sum(len(source) for source in sources)
    with TemporaryDirectory(dir=folder, prefix="features-") as made:
        with counting("features", total, verbose) as advance:
            maps = [
                _computed(front, source, Path(made) / f"{number}.f16", advance)
                for number, source in enumerate(sources)
            ]
        yield [
            replace(source, pack=None, meta={**source.meta, "features": features})
            for source, features in zip(sources, maps, strict=True)
        ]


def _computed(
    front: keras.Model, source: Source, path: Path, advance: Any
) -> NDArray[np.float16]:
    shape = (len(source), *front.output.shape[1:])
    try:
        maps = np.memmap(path, dtype=np.float16, mode="w+", shape=shape)
    except OSError as error:
        raise DiskFullError(path) from error
    rows = replace(source, meta={}, target=None, weight=None)
    start = 0
    for batch in batches(rows, batch_size=BATCH_SIZE):
        found = front.predict_on_batch(batch["image"])
        # The largest half-precision number; infinity would spoil the training.
        maps[start : start + len(found)] = np.clip(found, -65504, 65504)
        start += len(found)
        advance(len(found))
    maps.flush()
    return np.memmap(path, dtype=np.float16, mode="r", shape=shape)
