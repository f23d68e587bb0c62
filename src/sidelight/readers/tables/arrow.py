"""Arrow: typed columns of a file or a stream, Feather included."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from sidelight.errors import TableError
from sidelight.readers.tables._arrow import to_frame
from sidelight.readers.tables._base import TableReader
from sidelight.registry import READERS

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

_FILE, _OLD_FEATHER = b"ARROW1", b"FEA1"


@READERS.register(
    "arrow", summary="typed columns in a file: .arrow, .feather, .ipc, .arrows"
)
class ArrowReader(TableReader):
    """Reads Arrow's file format, which Feather is too, and its stream format."""

    suffixes = frozenset({".arrow", ".feather", ".ipc", ".arrows"})

    def _read(self, path: Path, sql: str | None) -> pl.DataFrame:  # noqa: ARG002
        with path.open("rb") as file:
            start = file.read(len(_FILE))
        if start.startswith(_OLD_FEATHER):
            message = "this is Feather version 1, which is no Arrow file"
            fix = "Write it again as version 2."
            raise TableError(message, path=path, fix=fix)
        read = pa.ipc.open_file if start == _FILE else pa.ipc.open_stream
        try:
            with pa.memory_map(str(path)) as source, read(source) as reader:
                table = reader.read_all()
        except pa.ArrowInvalid as failure:
            reason = str(failure).split("\n", 1)[0]
            message = f"this is no Arrow file that can be read: {reason}"
            fix = "Write it again; it may have been cut off while copying."
            raise TableError(message, path=path, fix=fix) from None
        return to_frame(table, str(path))
