"""What is known about each column, as rows for a terminal or a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from sidelight.table._cells import labels
from sidelight.table._slots import names_as_text

if TYPE_CHECKING:
    from sidelight.table._table import Table

NUM_EXAMPLES = 3
LONGEST = 40  # characters of an example


def describe(table: Table) -> list[dict[str, Any]]:
    """Return one record per column: picture, target, metadata, then what is ignored.

    Each record has `name`, `kind` ("image", "target", a column kind or "ignored"),
    `sources`, `missing` (rows with an empty cell), `distinct`, `examples` (the first
    distinct texts) and `reason` (why it is ignored, or the task of the target).
    """
    schema = table.schema
    records = []
    for name in schema.images:
        records.append(_record(table, name, "image", (name,)))  # noqa: PERF401
    for name in schema.targets:
        reason = str(schema.task or "")
        records.append(_record(table, name, "target", (name,), reason))
    for column in schema.columns:
        records.append(_record(table, column.name, column.kind, column.sources))  # noqa: PERF401
    used = {name for record in records for name in record["sources"]}
    for name in table.frame.columns:
        if name not in used:
            reason = schema.ignored.get(name, "is not in the schema")
            records.append(_record(table, name, "ignored", (name,), reason))
    return records


def _record(
    table: Table, name: str, kind: str, sources: tuple[str, ...], reason: str = ""
) -> dict[str, Any]:
    cells = table.frame.select(sources)
    empty = cells.select(pl.any_horizontal(pl.all().is_null())).to_series()
    filled = cells.filter(~empty)
    texts = _texts(filled)
    first = texts.unique(maintain_order=True)[:NUM_EXAMPLES]
    return {
        "name": name,
        "kind": kind,
        "sources": list(sources),
        "missing": int(empty.sum()),
        "distinct": texts.n_unique(),
        "examples": [_short(text) for text in first if text is not None],
        "reason": reason,
    }


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _texts(cells: pl.DataFrame) -> pl.Series:
    columns = [_text(cells[name]) for name in cells.columns]
    if len(columns) == 1:
        return columns[0]
    return pl.DataFrame(columns).select(pl.concat_str(pl.all(), separator=", "))[:, 0]


def _text(cells: pl.Series) -> pl.Series:
    if cells.dtype == pl.List(pl.String):
        return names_as_text(cells)
    if cells.dtype.is_nested() or cells.dtype in (pl.Binary, pl.Object):
        return pl.Series(cells.name, [str(cells.dtype)] * len(cells), dtype=pl.String)
    if isinstance(cells.dtype, pl.Datetime):
        text = cells.dt.to_string("%Y-%m-%d %H:%M:%S")
        return text.str.replace(r" 00:00:00$", "")
    return labels(cells)
