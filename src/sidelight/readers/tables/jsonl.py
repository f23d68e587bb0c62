"""JSON lines: one object a line; objects within it become columns with dotted names."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import polars as pl

from sidelight.errors import TableError
from sidelight.readers.tables._base import TableReader, check_names
from sidelight.readers.tables._utf8 import read_utf8
from sidelight.registry import READERS

if TYPE_CHECKING:
    from pathlib import Path

NUM_LOOKED_AT = 1000
_SURROGATE = re.compile("[\ud800-\udfff]")


@READERS.register("jsonl", summary="a JSON object a line: .jsonl, .ndjson; UTF-8")
class JsonLinesReader(TableReader):
    """Reads objects, one a line; a key that a line lacks is an empty cell."""

    suffixes = frozenset({".jsonl", ".ndjson"})

    def _read(self, path: Path, sql: str | None) -> pl.DataFrame:  # noqa: ARG002
        data = read_utf8(path)
        lines = [line for line in data.splitlines() if line.strip()]
        _check_escapes(lines, path)
        # What every line repeats is seen in the first ones.
        _check(lines[:NUM_LOOKED_AT], path)
        try:
            frame = pl.read_ndjson(data, infer_schema_length=None)
        except pl.exceptions.PolarsError as failure:
            _check(lines, path)
            raise _mixed(lines, failure, path) from None
        if not frame.width:
            message = "the objects are empty"
            raise TableError(message, path=path)
        return _plain(_flat(frame, path))


def _check(lines: list[bytes], path: Path) -> None:
    """Check that each line is an object, and has each key once."""
    wrong: list[int] = []
    for number, line in enumerate(lines, 1):
        try:
            found = json.loads(
                line, object_pairs_hook=_once, parse_constant=_no_constant
            )
        except _TwiceError as twice:
            message = f"the key {twice.args[0]!r} stands twice in one object"
            fix = "Rename or remove one of them."
            raise TableError(message, path=path, rows=[number], fix=fix) from None
        except ValueError:
            wrong.append(number)
        else:
            if not isinstance(found, dict):
                wrong.append(number)
    if wrong:
        are = "1 line is no" if len(wrong) == 1 else f"{len(wrong)} lines are no"
        message = f"{are} JSON object"
        raise TableError(
            message,
            path=path,
            rows=wrong,
            values=[lines[i - 1].decode() for i in wrong],
            fix='Each line has to be a whole object, as {"file": "a.png", "n": 1}.',
        )


class _TwiceError(Exception):
    """A key stands twice in one object."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise _TwiceError(next(n for n in names if names.count(n) > 1))
    return found


def _no_constant(name: str) -> None:
    message = f"{name} is no JSON"
    raise ValueError(message)


def _check_escapes(lines: list[bytes], path: Path) -> None:
    """Check that no half of a character is written as an escape."""
    rows = []
    for number, line in enumerate(lines, 1):
        if b"\\ud" not in line and b"\\uD" not in line:
            continue
        try:
            text = json.dumps(json.loads(line), ensure_ascii=False)
        except ValueError:
            continue  # no JSON at all, which is said elsewhere
        if _SURROGATE.search(text):
            rows.append(number)
    if rows:
        message = "text holds halves of characters (lone surrogates, as \\ud800)"
        fix = "Write whole characters, or leave these out."
        raise TableError(message, path=path, rows=rows, fix=fix)


def _mixed(lines: list[bytes], failure: Exception, path: Path) -> TableError:
    """Return the error of a column whose cells are not of one kind."""
    kinds: dict[str, dict[str, int]] = {}
    for number, line in enumerate(lines, 1):
        for name, cell in json.loads(line).items():
            if cell is not None:
                kinds.setdefault(name, {}).setdefault(type(cell).__name__, number)
    for name, first in kinds.items():
        if len(first) > 1 and set(first) != {"int", "float"}:
            message = "the cells are of several types"
            return TableError(
                message,
                path=path,
                column=name,
                rows=list(first.values()),
                values=[f"{kind}" for kind in first],
                fix="Make them one type.",
            )
    message = f"this cannot be read: {str(failure).splitlines()[0]}"
    return TableError(message, path=path)


def _flat(frame: pl.DataFrame, path: Path) -> pl.DataFrame:
    """Return the frame with the fields of objects as columns, `sensor.gain`."""
    while nested := [n for n, t in frame.schema.items() if isinstance(t, pl.Struct)]:
        names: list[str] = []
        for name, dtype in frame.schema.items():
            fields = dtype.fields if isinstance(dtype, pl.Struct) else None
            names += [name] if fields is None else [f"{name}.{f.name}" for f in fields]
        check_names(names, path)
        frame = frame.unnest(nested, separator=".")
    check_names(frame.columns, path)
    return frame


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame without types that only an odd file brings up."""
    return frame.with_columns(
        pl.selectors.by_dtype(pl.Int128).cast(pl.Float64),
        pl.selectors.by_dtype(pl.Null).cast(pl.String),
    )
