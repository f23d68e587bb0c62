"""CSV: every cell is read as text, and nothing is renamed, padded or cut.

Polars reads the body. Before that the bytes are looked over with NumPy: rows of
another length and quotes at odd places are what fast parsers repair silently.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import polars as pl

from sidelight.errors import TableError
from sidelight.readers.tables._base import TableReader, check_names
from sidelight.readers.tables._layout import is_regular
from sidelight.readers.tables._utf8 import read_utf8
from sidelight.registry import READERS

if TYPE_CHECKING:
    from pathlib import Path

LONGEST = 2**31 - 1  # of a cell; Python's own limit is 128 KiB, less than an outline


@READERS.register(
    "csv", summary="text with separators: .csv, .tsv, .txt; UTF-8, a header line"
)
class CsvReader(TableReader):
    """Reads text files with one header line."""

    suffixes = frozenset({".csv", ".tsv", ".tab", ".txt"})

    def _read(self, path: Path, sql: str | None) -> pl.DataFrame:  # noqa: ARG002
        data = read_utf8(path)
        separator = _separator(data, path)
        header = _header(data, separator, path)
        check_names(header, path)
        return _body(data, header, separator, path)


def _separator(data: bytes, path: Path) -> str:
    if path.suffix.lower() in (".tsv", ".tab"):
        return "\t"
    line = data.split(b"\n", 1)[0]
    if b"," in line:
        return ","
    return next((s for s in (";", "\t") if s.encode() in line), ",")


@contextmanager
def _cells_of_any_length() -> Iterator[None]:
    before = csv.field_size_limit(LONGEST)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _rows(data: bytes, separator: str) -> csv._reader:  # type: ignore[name-defined]
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline="")
    return csv.reader(text, delimiter=separator, strict=True)


def _header(data: bytes, separator: str, path: Path) -> list[str]:
    try:
        with _cells_of_any_length():
            header: list[str] = next(_rows(data, separator))
    except csv.Error as failure:
        message = f"the header line cannot be read: {failure}"
        raise TableError(message, path=path) from None
    if not header:
        message = "the first line is empty, where the names of the columns should be"
        raise TableError(message, path=path, fix="Remove the empty lines above them.")
    return header


def _body(data: bytes, header: list[str], separator: str, path: Path) -> pl.DataFrame:
    num_rows = is_regular(data, len(header), ord(separator))
    if num_rows is not None:
        try:
            frame = pl.read_csv(
                data, separator=separator, infer_schema=False, has_header=True
            )
        except pl.exceptions.PolarsError:
            frame = pl.DataFrame()
        if frame.shape == (num_rows - 1, len(header)):
            frame.columns = header
            if b'""' in data:  # a quoted empty cell is as empty as any other
                frame = frame.with_columns(pl.all().replace("", None))
            return frame
    return _slowly(data, header, separator, path)


def _slowly(data: bytes, header: list[str], separator: str, path: Path) -> pl.DataFrame:
    """Read by rows: tells what is wrong, or reads what only looked wrong."""
    reader, rows = _rows(data, separator), []
    line = 1
    try:
        with _cells_of_any_length():
            for row in reader:
                rows.append(row)
                line = reader.line_num + 1
    except csv.Error as failure:
        message = f"row {len(rows)} (line {line}) cannot be read: {failure}"
        raise TableError(
            message,
            path=path,
            fix="A quoted cell must end with a quote before the next separator; a "
            'quote inside it is written twice ("").',
        ) from None
    body = rows[1:]
    width = len(header)
    if width == 1:
        body = [row or [""] for row in body]
    wrong = [i for i, row in enumerate(body) if len(row) != width]
    if wrong:
        has = "1 row has" if len(wrong) == 1 else f"{len(wrong)} rows have"
        sizes = " or ".join(map(str, sorted({len(body[i]) for i in wrong})[:5]))
        cells = "cell" if sizes == "1" else "cells"
        message = f"{has} {sizes} {cells} where the header has {width}"
        raise TableError(
            message,
            path=path,
            rows=[i + 1 for i in wrong],
            fix=f"Separate cells by {separator!r}, and put quotes around a cell that "
            "holds one.",
        )
    columns = zip(*body, strict=True) if body else [()] * width
    return pl.DataFrame(
        [
            pl.Series(name, cells, dtype=pl.String).replace("", None)
            for name, cells in zip(header, columns, strict=True)
        ]
    )
