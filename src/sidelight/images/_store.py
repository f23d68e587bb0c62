"""Packed pixels on disk: a raw memory-mapped array, and an index of what is where."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sidelight.images._rule import ImageRule
from sidelight.runs import write_parquet

if TYPE_CHECKING:
    from numpy.typing import NDArray

INDEX_SCHEMA = {
    "path": pl.String,
    "size": pl.Int64,
    "mtime_ns": pl.Int64,
    "inode": pl.UInt64,
    "digest": pl.String,
    "slot": pl.Int64,
}


@dataclass(frozen=True, eq=False)
class Pack:
    """Packed pictures, row by row of a table.

    Attributes:
        rule: How they were resized.
        pixels: `(slots, height, width, bands)` uint8, memory-mapped, read only; or
            what a network made of them, float16.
        slots: `(rows,)` int64: which slot holds each row's picture.
    """

    rule: ImageRule
    pixels: NDArray[Any]
    slots: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.slots)

    def gather(self, positions: NDArray[np.int64]) -> NDArray[Any]:
        """Return the pictures of rows `(n,)` as `(n, height, width, bands)`."""
        return self.pixels[self.slots[positions]]

    def take(self, positions: NDArray[np.int64]) -> Pack:
        """Return the pack of some rows; pixels are shared, not copied."""
        return replace(self, slots=self.slots[positions])


@dataclass(frozen=True)
class Store:
    """One folder of packed pictures under one rule.

    Slots are only ever appended, so that a training that maps the file never sees a
    picture change under it.
    """

    folder: Path
    rule: ImageRule

    @property
    def slot_bytes(self) -> int:
        """Bytes that one picture takes."""
        return self.rule.height * self.rule.width * self.rule.bands

    @property
    def pixels_path(self) -> Path:
        """The raw array."""
        return self.folder / "pixels.u8"

    @property
    def index_path(self) -> Path:
        """The table of contents."""
        return self.folder / "index.parquet"

    def read_index(self) -> pl.DataFrame:
        """Return the index; entries beyond the end of the pixels do not count."""
        if not self.index_path.exists() or not self.pixels_path.exists():
            return pl.DataFrame(schema=INDEX_SCHEMA)
        slots = self.pixels_path.stat().st_size // self.slot_bytes
        return pl.read_parquet(self.index_path).filter(pl.col("slot") < slots)

    def write_index(self, index: pl.DataFrame) -> None:
        """Replace the index, whole or not at all."""
        write_parquet(self.index_path, index)

    def open(self, slots: NDArray[np.int64]) -> Pack:
        """Map the pixels for reading."""
        shape = (-1, self.rule.height, self.rule.width, self.rule.bands)
        pixels = np.memmap(self.pixels_path, dtype=np.uint8, mode="r")
        usable = len(pixels) // self.slot_bytes * self.slot_bytes
        return Pack(self.rule, pixels[:usable].reshape(shape), slots)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder against another process that packs into it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(lock, fcntl.LOCK_UN)
