"""TFRecord: one row per `tf.train.Example`; its pictures become files in the cache."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import polars as pl

from sidelight.errors import TableError
from sidelight.readers.tables._base import TableReader, check_file
from sidelight.readers.tables._tfrecord.extract import PICTURES, cache_of, extracted
from sidelight.readers.tables._tfrecord.layout import (
    is_pattern,
    is_records,
    shards,
)
from sidelight.registry import READERS


@READERS.register(
    "tfrecord",
    summary="TFRecord: a file, data/*.tfrecord, or a folder of TFDS or sidelight pack",
    extra="tensorflow",
)
class TFRecordReader(TableReader):
    """Reads records written by anyone; those of `sidelight pack` without any loss.

    Encoded pictures are written to files once, below the user's cache; TensorFlow is
    needed for that, and not again. Features with several values are words in one
    text, `a;b`, or lists of numbers.
    """

    takes_folder: ClassVar[bool] = True

    def matches(self, source: str) -> bool:
        """Return whether a source is a file, folder or pattern of records."""
        path = self.path_of(source)
        if "://" in source:
            return False
        if path.is_dir():
            return bool(_shards_in(path))
        return is_records(path.name) or is_pattern(str(path))

    def root_of(self, source: str) -> Path:
        """Return the folder of the pictures, in the user's cache."""
        place = str(self.path_of(source))
        return cache_of(place, shards(place)) / PICTURES

    def _frame(self, source: str, sql: str | None) -> pl.DataFrame:
        place = str(self.path_of(source))
        if not is_pattern(place):
            return super()._frame(place, sql)
        if not shards(place):
            message = "no file fits the pattern"
            raise TableError(message, path=place)
        return self._records(place)

    def _read(self, path: Path, sql: str | None) -> pl.DataFrame:  # noqa: ARG002
        return self._records(str(path))

    def _records(self, source: str) -> pl.DataFrame:
        files = shards(source)
        if all(path.stat().st_size == 0 for path in files):
            check_file(files[0])  # of a set, some may hold no record
        found = extracted(cache_of(source, files), files)
        self.image, self.part = found.image, found.part
        return found.frame


def _shards_in(folder: Path) -> list[Path]:
    return [p for p in folder.iterdir() if is_records(p.name) and p.is_file()]
