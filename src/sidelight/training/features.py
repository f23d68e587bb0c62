"""A frozen backbone's maps, computed once for every picture and kept on disk."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np

from sidelight.errors import DiskFullError
from sidelight.feed import Source, batches
from sidelight.images import Pack
from sidelight.nn.layers import BandScaling
from sidelight.runs import default_cache
from sidelight.training.progress import counting

BATCH_SIZE = 64
LARGEST = 65504  # half-precision number; infinity would spoil a training


class FeatureStore:
    """Maps of one frozen backbone, in place of the pictures they were made of.

    The maps are half-precision and memory-mapped, so they may be larger than memory;
    their files are gone when the store is left. All networks that use one store have
    the same frozen weights: a picture's map is computed for the first that asks.

    Args:
        folder: Where a temporary folder for the maps is made; None is the user's cache.
        verbose: Whether a bar is shown on standard error.
    """

    def __init__(self, folder: Path | None = None, *, verbose: bool = False) -> None:
        self.folder = default_cache() / "features" if folder is None else folder
        self.verbose = verbose
        self._maps: dict[tuple[str, int], _Maps] = {}

    def __enter__(self) -> FeatureStore:
        """Make the temporary folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._temporary = TemporaryDirectory(dir=self.folder, prefix="features-")
        return self

    def __exit__(self, *error: object) -> None:
        """Remove every map."""
        self._maps.clear()
        self._temporary.cleanup()

    def in_place_of_pictures(
        self, front: keras.Model, sources: list[Source]
    ) -> list[Source]:
        """Return the same rows with the front's maps for pictures, as "features".

        Args:
            front: From `nn.split`: image `(batch, height, width, bands)` to a map.
            sources: Rows with pictures.

        Raises:
            DiskFullError: If the maps do not fit on the disk.
        """
        # How much of the backbone is in front; names of layers differ by network. And
        # how its input is scaled: folds have training rows, and scalings, of their own.
        scaled = [
            (layer.low, layer.high, layer.fill)
            for layer in front.layers
            if isinstance(layer, BandScaling)
        ]
        front_key = f"{len(front.layers)} {scaled}"
        return [
            replace(
                source,
                pack=self._maps_of(front, front_key, source.pack),
                pack_input="features",
            )
            for source in sources
            if source.pack is not None
        ]

    def _maps_of(self, front: keras.Model, front_key: str, pack: Pack) -> Pack:
        key = (front_key, id(pack.pixels))
        if key not in self._maps:
            path = Path(self._temporary.name) / f"{len(self._maps)}.f16"
            self._maps[key] = _Maps(path, pack, front.output.shape[1:])
        maps = self._maps[key]
        maps.compute(front, pack, self.verbose)
        return replace(pack, pixels=maps.pixels)


class _Maps:
    """The maps at one place of the backbone, slot by slot of the packed pictures."""

    def __init__(self, path: Path, pack: Pack, shape: tuple[int, ...]) -> None:
        self.path = path
        self.pictures = pack.pixels  # kept, so that no other array takes its place
        # Slots that are never written take no room on the disk.
        shape = (len(pack.pixels), *shape)
        try:
            self.pixels = np.memmap(path, dtype=np.float16, mode="w+", shape=shape)
        except OSError as error:
            raise DiskFullError(path) from error
        self.is_known = np.zeros(len(pack.pixels), dtype=bool)

    def compute(self, front: keras.Model, pack: Pack, verbose: bool) -> None:
        """Compute the maps of those pictures that have none yet."""
        slots = np.unique(pack.slots)
        slots = slots[~self.is_known[slots]]
        if not len(slots):
            return
        # Writing to a mapping of a full disk would kill the process.
        if (
            shutil.disk_usage(self.path.parent).free
            < len(slots) * self.pixels[0].nbytes
        ):
            raise DiskFullError(self.path)
        rows = Source(meta={}, pack=replace(pack, slots=slots, there=None))
        start = 0
        with counting("features", len(slots), verbose) as advance:
            for batch in batches(rows, batch_size=BATCH_SIZE):
                found: Any = front.predict_on_batch(batch["image"])
                part = slots[start : start + len(found)]
                self.pixels[part] = np.clip(found, -LARGEST, LARGEST)
                start += len(found)
                advance(len(found))
        self.pixels.flush()
        self.is_known[slots] = True
