"""Whether CSV bytes are what a fast parser reads right, found without parsing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_QUOTE, _LINE_FEED, _RETURN = ord('"'), ord("\n"), ord("\r")
CHUNK = 1 << 24


def is_regular(content: bytes, num_columns: int, separator: int) -> int | None:
    """Return the number of rows, header included, if all have `num_columns` cells.

    Args:
        content: The file without trailing line ends.
        num_columns: Cells a row should have.
        separator: The byte between cells.

    Returns:
        None if a row has another number of cells, or if a quote stands where it
        neither opens nor closes a cell: then a parser that knows more must decide.
    """
    if content.count(b"\r") != content.count(b"\r\n"):
        return None  # some other program's idea of a line
    data = np.frombuffer(content, dtype=np.uint8)
    num_rows, carried, inside = 1, 0, False
    for start in range(0, len(data), CHUNK):
        chunk = data[start : start + CHUNK]
        quotes = np.flatnonzero(chunk == _QUOTE)
        if not _quotes_enclose(data, start + quotes, inside, separator):
            return None
        ends, cells = _outside(chunk, quotes, inside, separator)
        # How many separators stand before each line end tells the cells of each row;
        # `carried` are those of a row that began in an earlier chunk.
        before = np.searchsorted(cells, ends)
        if (np.diff(before, prepend=-carried) != num_columns - 1).any():
            return None
        carried = len(cells) - int(before[-1]) if len(ends) else carried + len(cells)
        num_rows += len(ends)
        inside ^= bool(len(quotes) % 2)
    return None if inside or carried != num_columns - 1 else num_rows


def _outside(
    chunk: NDArray[np.uint8], quotes: NDArray[np.int64], inside: bool, separator: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where line ends and separators stand that no quotes enclose."""
    found = []
    for byte in (_LINE_FEED, separator):
        where = np.flatnonzero(chunk == byte)
        if len(quotes) or inside:
            # An odd number of quotes before it means that it is inside a cell.
            odd = (np.searchsorted(quotes, where) + inside) % 2 == 1
            where = where[~odd]
        found.append(where)
    return found[0], found[1]


def _quotes_enclose(
    data: NDArray[np.uint8], quotes: NDArray[np.int64], inside: bool, separator: int
) -> bool:
    opening, closing = quotes[int(inside) :: 2], quotes[1 - int(inside) :: 2]
    edges = np.array([separator, _LINE_FEED, _RETURN, _QUOTE], dtype=np.uint8)
    before = data[opening[opening > 0] - 1]
    after = data[closing[closing < len(data) - 1] + 1]
    return bool(np.isin(before, edges).all() and np.isin(after, edges).all())
