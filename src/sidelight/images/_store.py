"""Packed pixels on disk: a raw memory-mapped array, and an index of what is where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sidelight.pixels import ImageRule
from sidelight.runs import write_atomically

if TYPE_CHECKING:
    from numpy.typing import NDArray

GROUP = 2**14  # rows
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
        pixels: `(slots, height, width, bands)` of the rule's dtype, memory-mapped,
            read only; or what a network made of them, float16.
        slots: `(rows,)` int64: which slot holds each row's picture; `(rows, pictures)`
            where a row has several. Where one is absent, another of its row stands in:
            black pictures would spoil the statistics of batch norms.
        there: `(rows, pictures)` float32, one where there is a picture and zero where
            it is absent; None where a row has one picture.
    """

    rule: ImageRule
    pixels: NDArray[Any]
    slots: NDArray[np.int64]
    there: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.slots)

    def gather(self, positions: NDArray[np.int64]) -> NDArray[Any]:
        """Return the pictures of rows `(n,)`.

        Returns:
            `(n, height, width, bands)`; `(n, pictures, height, width, bands)` of
            several pictures a row.
        """
        return self.pixels[self.slots[positions]]

    def take(self, positions: NDArray[np.int64]) -> Pack:
        """Return the pack of some rows; pixels are shared, not copied."""
        there = None if self.there is None else self.there[positions]
        return replace(self, slots=self.slots[positions], there=there)


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
        rule = self.rule
        return rule.height * rule.width * rule.bands * rule.dtype.itemsize

    @property
    def pixels_path(self) -> Path:
        """The raw array."""
        dtype = self.rule.dtype
        return self.folder / f"pixels.{dtype.kind}{8 * dtype.itemsize}"

    @property
    def index_path(self) -> Path:
        """The table of contents."""
        return self.folder / "index.parquet"

    def read_index(self) -> pl.DataFrame:
        """Return the index; entries beyond the end of the pixels do not count."""
        if not self.index_path.exists() or not self.pixels_path.exists():
            return pl.DataFrame(schema=INDEX_SCHEMA)
        slots = self.pixels_path.stat().st_size // self.slot_bytes
        # Opened once: whoever reads while another process packs gets a whole index.
        index = pl.read_parquet(self.index_path.read_bytes())
        return index.filter(pl.col("slot") < slots)

    def write_index(self, index: pl.DataFrame) -> None:
        """Replace the index, whole or not at all."""
        # In small groups: what is being written is held in memory as well.
        write_atomically(
            self.index_path,
            lambda path: index.write_parquet(path, row_group_size=GROUP),
        )

    def open(
        self, slots: NDArray[np.int64], there: NDArray[np.float32] | None = None
    ) -> Pack:
        """Map the pixels for reading."""
        size = self.pixels_path.stat().st_size // self.slot_bytes
        shape = (size, self.rule.height, self.rule.width, self.rule.bands)
        pixels = np.memmap(
            self.pixels_path, dtype=self.rule.dtype, mode="r", shape=shape
        )
        return Pack(self.rule, pixels, slots, there)
