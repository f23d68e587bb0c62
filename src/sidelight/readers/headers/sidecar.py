"""A JSON file beside each picture: a.jpg.json, or else a.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from sidelight.errors import TableError
from sidelight.readers.headers._base import Cells, HeaderReader, number, text, typed
from sidelight.registry import HEADERS

MOST_COLUMNS = 500
LARGEST = 16 * 2**20  # bytes; what is longer describes no single picture


@HEADERS.register("sidecar", summary="JSON beside a picture: a.jpg.json, or a.json")
class SidecarReader(HeaderReader):
    """Reads objects, flat or with objects one level deep; all keys become columns."""

    what = "a JSON file beside it"
    takes_fields = False

    def _look(self, path: str) -> Cells | None:
        picture = Path(path)
        for name in (f"{picture.name}.json", f"{picture.stem}.json"):
            beside = picture.with_name(name)
            if beside.is_file():
                return _flat(_object(beside))
        return None

    def _frame(self, cells: list[Cells]) -> pl.DataFrame:
        names = list(dict.fromkeys(name for row in cells for name in row))
        if len(names) > MOST_COLUMNS:
            listed = ", ".join(map(repr, names[:5]))
            problem = f"the JSON files hold {len(names)} keys: {listed}, …"
            raise TableError(
                problem,
                fix=f"At most {MOST_COLUMNS} can become columns. Keys must not be "
                "values, such as names of files.",
            )
        return pl.DataFrame(
            [typed(name, [row.get(name) for row in cells]) for name in names]
            or [pl.Series("", [None] * len(cells), dtype=pl.Null)]
        ).select(names)


def _object(path: Path) -> dict[str, Any]:
    if path.stat().st_size > LARGEST:
        problem = f"{path.name} has more than {LARGEST} bytes"
        raise ValueError(problem)
    found = json.loads(path.read_bytes())
    if not isinstance(found, dict):
        problem = f"{path.name} holds no object"
        raise TypeError(problem)
    return found


def _flat(found: dict[str, Any]) -> Cells:
    cells: Cells = {}
    for name, value in found.items():
        inner = value if isinstance(value, dict) else {"": value}
        for key, cell in inner.items():
            column = f"{name}.{key}" if key else name
            plain = _plain(cell)
            if column and plain is not None:  # a key may be empty, a name may not
                cells.setdefault(column, plain)
    return cells


def _plain(value: Any) -> Any:
    """Return a cell: number, truth or text, several words as "a;b"; else None."""
    if isinstance(value, int) and abs(value) < 2**63:  # truth among them
        return value
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, str):
        return text(value)
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return text(";".join(value))
    return None
