"""A long table written in parts, which an interruption leaves where they are."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow.parquet as pq

from sidelight.runs import read_json, write_atomically, write_json, write_parquet

if TYPE_CHECKING:
    import pyarrow as pa

ABOUT = "about.json"


class Parts:
    """The parts beside the file that they become.

    Args:
        output: The file: .parquet, or .csv.
        about: What the parts are made of. Parts made of something else are deleted.
    """

    def __init__(self, output: Path, about: dict[str, Any]) -> None:
        self._output = output
        self.folder = output.with_name(f".{output.name}.parts")
        text = repr(sorted(about.items()))
        self._made_of = hashlib.sha256(text.encode()).hexdigest()
        self.begun_anew = self.folder.exists() and self._key() != self._made_of
        if self.begun_anew:
            shutil.rmtree(self.folder)
        self.done = 0
        while self._path(self.done).exists():
            self.done += 1

    def write(self, frame: pl.DataFrame) -> None:
        """Write the next part, whole or not at all."""
        if not self.done:
            write_json(self.folder / ABOUT, {"key": self._made_of})
        write_parquet(self._path(self.done), frame)
        self.done += 1

    def read(self) -> Iterator[pl.DataFrame]:
        """Yield the parts that are there."""
        for number in range(self.done):
            yield pl.read_parquet(self._path(number))

    def join(self) -> None:
        """Write the file of all parts, a part at a time, and delete them."""
        write = _write_csv if self._output.suffix == ".csv" else _write_parquet
        write_atomically(self._output, lambda path: write(path, self.read()))
        shutil.rmtree(self.folder)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06d}.parquet"

    def _key(self) -> str | None:
        with suppress(Exception):  # whatever it is, it is not made of the same
            return str(read_json(self.folder / ABOUT)["key"])
        return None


def _write_parquet(path: Path, parts: Iterator[pl.DataFrame]) -> None:
    writer: pq.ParquetWriter | None = None
    try:
        for part in parts:
            table: pa.Table = part.to_arrow()
            if writer is None:
                writer = pq.ParquetWriter(path, table.schema)
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def _write_csv(path: Path, parts: Iterator[pl.DataFrame]) -> None:
    with path.open("wb") as file:
        for number, part in enumerate(parts):
            lists = pl.col("flags").list.join("; ").replace("", None)
            part.with_columns(lists).write_csv(file, include_header=number == 0)
