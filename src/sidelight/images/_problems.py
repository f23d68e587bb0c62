"""Unusable pictures, all of them, in one message or left out and counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from sidelight.errors import ImageError, TableError

if TYPE_CHECKING:
    from sidelight.table import Table

NUM_NAMED = 5


def without_unusable(
    table: Table, reasons: dict[int, str], on_bad: Literal["error", "drop"] | str
) -> Table:
    """Return the rows whose pictures can be used.

    Args:
        table: Checked rows.
        reasons: Why a row's picture cannot be used, by position.
        on_bad: "error" refuses the table, "drop" leaves the rows out and counts them.

    Raises:
        ImageError: Naming rows and files, if there are any and `on_bad` is "error".
        TableError: If no row is left.
    """
    if not reasons:
        return table
    positions = sorted(reasons)
    if on_bad != "drop":
        raise _error(table, reasons, positions)
    kept = np.setdiff1d(np.arange(len(table)), positions)
    if not len(kept):
        problem = "no row has a picture that can be used"
        raise TableError(problem, path=table.source, column=table.schema.image)
    counts = Counter(table.dropped)
    counts.update(f"the file {_kind(reason)}" for reason in reasons.values())
    return replace(table.at(kept), dropped=dict(counts))


def _kind(reason: str) -> str:
    return reason.split(":")[0].split(",")[0].split(";")[0]


def _error(table: Table, reasons: dict[int, str], positions: list[int]) -> ImageError:
    named = "; ".join(
        f"row {table.rows[p]}, {str(table.images[p])!r}, {reasons[p]}"
        for p in positions[:NUM_NAMED]
    )
    more = (
        f"; and {len(positions) - NUM_NAMED} more" if len(positions) > NUM_NAMED else ""
    )
    count = "1 picture" if len(positions) == 1 else f"{len(positions)} pictures"
    error = ImageError(
        f"{count} of {len(table)} cannot be used: {named}{more}",
        path=table.source,
        column=table.schema.image,
        fix="Mend the files, or leave these rows out with --on-bad drop.",
    )
    error.rows = [int(table.rows[p]) for p in positions]
    return error
