"""Which classes, or labels, the rows have: what a split has to spread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from sidelight.table import Table, labels_by_row

if TYPE_CHECKING:
    from numpy.typing import NDArray

WITH_CLASSES = ("binary", "multiclass", "ordinal", "multilabel")


@dataclass(frozen=True, eq=False)
class Members:
    """Who has what, one entry for each row and class, or each row and label.

    Attributes:
        names: The classes or labels, sorted; empty for numbers.
        row: `(entries,)` positions of rows.
        code: `(entries,)` positions in `names`.
    """

    names: list[str]
    row: NDArray[np.int64]
    code: NDArray[np.int64]

    def absent(self, chosen: NDArray[np.bool_]) -> list[str]:
        """Return the names that none of the chosen rows `(rows,)` has."""
        found = np.bincount(self.code[chosen[self.row]], minlength=len(self.names))
        return [
            name for name, count in zip(self.names, found, strict=True) if not count
        ]


def has_classes(table: Table) -> bool:
    """Return whether there is a target, and it is one of classes or labels."""
    schema = table.schema
    return schema.target is not None and schema.task in WITH_CLASSES


def class_members(table: Table) -> Members:
    """Return which rows have which classes or labels; nothing for numbers."""
    nothing = np.empty(0, dtype=np.int64)
    if not has_classes(table):
        return Members([], nothing, nothing)
    cells = table.target().cast(pl.String)
    if table.schema.task == "multilabel":
        pairs = labels_by_row(cells)
        rows, labels = pairs["row"].to_numpy(), pairs["label"].to_numpy()
    else:
        rows, labels = np.arange(len(table)), cells.to_numpy()
    names, codes = np.unique(labels.astype(str), return_inverse=True)
    return Members(names.tolist(), rows, codes)


def class_codes(table: Table) -> NDArray[np.int64]:
    """Return `(rows,)` the stratum of each row: its class; all one for numbers.

    Of several labels it is the rarest, so that the few rows of that label are spread
    first; rows without a label are a stratum of their own.
    """
    members = class_members(table)
    if not members.names:
        return np.zeros(len(table), dtype=np.int64)
    # The rarest label is written last, over the others.
    order = np.argsort(-np.bincount(members.code)[members.code], kind="stable")
    codes = np.full(len(table), len(members.names), dtype=np.int64)
    codes[members.row[order]] = members.code[order]
    return codes
