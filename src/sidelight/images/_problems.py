"""Unusable pictures, all of them, in one message or left out and counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from sidelight.errors import ImageError, TableError

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from sidelight.table import Table

NUM_NAMED = 5


def without_unusable(
    table: Table, reasons: dict[int, str], on_bad: Literal["error", "drop"] | str
) -> Table:
    """Return the rows whose pictures can be used.

    Args:
        table: Checked rows.
        reasons: Why a picture cannot be used, by its position in `images.each()`.
        on_bad: "error" refuses the table, "drop" leaves the rows out and counts them.

    Raises:
        ImageError: Naming rows and files, if there are any and `on_bad` is "error".
        TableError: If no row is left.
    """
    if not reasons:
        return table
    texts, rows = table.images.each()
    if on_bad != "drop":
        raise _error(table, reasons, texts, rows)
    first = {int(rows[at]): reasons[at] for at in sorted(reasons, reverse=True)}
    kept = np.setdiff1d(np.arange(len(table)), list(first))
    if not len(kept):
        problem = "no row has a picture that can be used"
        raise TableError(problem, path=table.source, column=table.schema.image)
    counts = Counter(table.dropped)
    counts.update(f"the file {_kind(reason)}" for reason in first.values())
    return replace(table.at(kept), dropped=dict(counts))


def _kind(reason: str) -> str:
    return reason.split(":")[0].split(",")[0].split(";")[0]


def _error(
    table: Table, reasons: dict[int, str], texts: pl.Series, rows: NDArray[np.int64]
) -> ImageError:
    places = sorted(reasons)
    named = "; ".join(
        f"row {table.rows[rows[at]]}, {texts[at]!r}, {reasons[at]}"
        for at in places[:NUM_NAMED]
    )
    more = f"; and {len(places) - NUM_NAMED} more" if len(places) > NUM_NAMED else ""
    count = "1 picture" if len(places) == 1 else f"{len(places)} pictures"
    error = ImageError(
        f"{count} of {len(texts)} cannot be used: {named}{more}",
        path=table.source,
        column=", ".join(table.schema.images) or None,
        fix="Mend the files, or leave these rows out with --on-bad drop.",
    )
    error.rows = table.rows[np.unique(rows[places])].tolist()
    return error
