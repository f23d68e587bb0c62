"""Parquet: typed columns, taken as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from sidelight.errors import TableError
from sidelight.readers.tables._arrow import without_extensions
from sidelight.readers.tables._base import TableReader
from sidelight.registry import READERS

if TYPE_CHECKING:
    from pathlib import Path


@READERS.register("parquet", summary="typed columns in a file: .parquet, .pq")
class ParquetReader(TableReader):
    """Reads one Parquet file."""

    suffixes = frozenset({".parquet", ".pq"})
    general = True  # a STAC catalogue may be a Parquet file too

    def _read(self, path: Path, sql: str | None) -> pl.DataFrame:  # noqa: ARG002
        try:
            # The path is literal: no globbing of names that hold brackets or stars.
            return without_extensions(pl.read_parquet(path, glob=False))
        except pl.exceptions.PolarsError as failure:
            reason = str(failure).split("\n", 1)[0]
            message = f"this is no Parquet file that can be read: {reason}"
            fix = "Write it again; it may have been cut off while copying."
            raise TableError(message, path=path, fix=fix) from None
