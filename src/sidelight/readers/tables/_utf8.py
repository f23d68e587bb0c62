"""Bytes of a text file that are known to be UTF-8 and to hold no NUL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sidelight.errors import TableError

if TYPE_CHECKING:
    from pathlib import Path

BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_utf8(path: Path) -> bytes:
    """Return a file's bytes without a byte order mark and line ends at its end.

    Raises:
        TableError: If it is empty, or no UTF-8; says how to convert it.
    """
    # Blank lines at the end say nothing; anywhere else they are short rows.
    data = path.read_bytes().removeprefix(BOM).rstrip(b"\r\n")
    if not data.strip():
        message = "the file is empty: it holds white space only"
        raise TableError(message, path=path)
    charset = "utf16" if data[:2] in _UTF16 else "latin1"
    convert = f"iconv -f {charset} -t utf8 {path.name} > new{path.suffix}"
    fix = f"Save it as UTF-8, for instance: {convert}"
    if charset == "utf16":
        message = "the text is UTF-16, not UTF-8"
        raise TableError(message, path=path, fix=fix)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as failure:
        line = data.count(b"\n", 0, failure.start) + 1
        message = (
            f"the text is not UTF-8: byte 0x{data[failure.start]:02x} "
            f"at offset {failure.start}, line {line}"
        )
        raise TableError(message, path=path, fix=fix) from None
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        message = f"this is no text: line {line} holds a NUL byte"
        raise TableError(message, path=path)
    return data
