"""The checked table: typed columns, one row per picture, every row numbered."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl
    from numpy.typing import NDArray

    from sidelight.schema import Part, Schema


class SplitLike(Protocol):
    """Whatever can say which row positions belong to a part."""

    def indices(self, part: Part) -> NDArray[np.int64]:
        """Return positions into the table that was split."""
        ...


@dataclass(frozen=True, eq=False)
class Table:
    """Rows that were checked, in the order of their source.

    Attributes:
        frame: The typed columns; numbers are Float64, dates Datetime, text String.
        schema: What each column is for.
        source: The file or query, as shown in messages.
        rows: `(num_rows,)` int64, the number of each row in its source; row 1 is the
            first row of data.
        images: Absolute path of each row's picture, None for a row that has none and
            may miss it; empty without pictures.
        part: "train" after `take(split, "train")`; what is fitted asks for it.
        dropped: How many rows were left out on reading, by reason.
        notes: Warnings given on reading, to be stored with a run.
    """

    frame: pl.DataFrame
    schema: Schema
    source: str
    rows: NDArray[np.int64]
    images: tuple[Path | None, ...] = ()
    part: Part = "all"
    dropped: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.frame.height

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, for scikit-learn's indexing."""
        return self.frame.shape

    def __getitem__(self, key: Any) -> Table:
        """Return the rows at integer positions, by a mask or by a slice."""
        if isinstance(key, tuple):  # scikit-learn writes table[rows, ...]
            key = key[0]
        positions = np.atleast_1d(np.arange(len(self))[key])
        return self.at(positions)

    def at(self, positions: NDArray[np.int64], part: Part | None = None) -> Table:
        """Return the rows at these positions, in this order."""
        return replace(
            self,
            frame=self.frame[positions],
            rows=self.rows[positions],
            images=tuple(self.images[i] for i in positions) if self.images else (),
            part=self.part if part is None else part,
        )

    def take(self, split: SplitLike, part: Part) -> Table:
        """Return the rows of one part of a split, marked as such."""
        return self.at(split.indices(part), part)

    def target(self) -> pl.Series:
        """Return the target column.

        Raises:
            ValueError: If the schema names no target.
        """
        if self.schema.target is None:
            message = "this table has no target column; read it with target=…"
            raise ValueError(message)
        return self.frame[self.schema.target]

    def digest(self) -> str:
        """Return a fingerprint of all cells; the same rows give the same one."""
        # Unlike CSV it takes lists, and unlike Arrow it does not depend on chunks.
        return hashlib.sha256(self.frame.write_ndjson().encode()).hexdigest()
