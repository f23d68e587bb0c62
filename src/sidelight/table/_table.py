"""The checked table: typed columns, every row with its pictures and its number."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from sidelight.table._pictures import Pictures

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from sidelight.schema import Part, Schema
    from sidelight.table._problems import Problem


class SplitLike(Protocol):
    """Whatever can say which row positions belong to a part."""

    def indices(self, part: Part) -> NDArray[np.int64]:
        """Return positions into the table that was split."""
        ...


@dataclass(frozen=True, eq=False)
class AsRead:
    """What stands in the source, and what is wrong with it.

    Attributes:
        frame: The cells as they were read, neither cleaned nor typed.
        problems: Everything that reading would else have refused or dropped; a bad
            cell is empty in the table, a row without a usable picture has none.
        unnamed: What is said of pictures beside the table's that no row names.
    """

    frame: pl.DataFrame
    problems: tuple[Problem, ...] = ()
    unnamed: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Table:
    """Rows that were checked, in the order of their source.

    Attributes:
        frame: The typed columns; numbers are Float64, dates Datetime, text String.
        schema: What each column is for.
        source: The file or query, as shown in messages.
        rows: `(num_rows,)` int64, the number of each row in its source; row 1 is the
            first row of data.
        images: Absolute path of each row's picture or pictures, None for a row that
            has none and may miss it; empty without pictures.
        part: "train" after `take(split, "train")`; what is fitted asks for it.
        dropped: How many rows were left out on reading, by reason.
        notes: Warnings given on reading, to be stored with a run.
        as_read: Only of a table read with `on_bad="keep"`, and only of all its rows.
    """

    frame: pl.DataFrame
    schema: Schema
    source: str
    rows: NDArray[np.int64]
    images: Pictures = field(default_factory=Pictures)
    part: Part = "all"
    dropped: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    as_read: AsRead | None = None

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
            images=self.images.at(positions),
            part=self.part if part is None else part,
            as_read=None,
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

    def weights(self) -> NDArray[np.float64] | None:
        """Return `(rows,)` positive weights; None where all rows weigh the same."""
        if self.schema.weight is None:
            return None
        return self.frame[self.schema.weight].to_numpy()

    def digest(self) -> str:
        """Return a fingerprint of all cells; the same rows give the same one."""
        # Unlike CSV it takes lists, and unlike Arrow it does not depend on chunks.
        return hashlib.sha256(self.frame.write_ndjson().encode()).hexdigest()
