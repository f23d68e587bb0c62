"""The contract of a column kind: fitted once on training rows, then only applied."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
import polars as pl

from sidelight.errors import TableError
from sidelight.schema import Column, Feature, Missing, Record

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Fitted(Record):
    """What was learned from one column of the training rows.

    Attributes:
        block: The model input it is part of.
        policies: What can be done about a gap in such a column.
        column: What the column is and how it was to be treated.
        missing: How many training rows had no value.
    """

    block: ClassVar[Literal["numeric", "categorical"]] = "numeric"
    policies: ClassVar[tuple[Missing, ...]] = ("auto", "drop", "error")

    column: Column
    missing: int = 0

    @classmethod
    @abstractmethod
    def fit(cls, column: Column, frame: pl.DataFrame) -> Self:
        """Learn from training rows; the frame has all of the column's sources."""

    @property
    @abstractmethod
    def width(self) -> int:
        """Positions taken in the block, missing indicator included."""

    @abstractmethod
    def encode(self, frame: pl.DataFrame, out: NDArray[Any]) -> None:
        """Write the encoded rows into `out` `(rows, width)`."""

    @abstractmethod
    def describe(self) -> str:
        """Say in words what is done to the column."""

    @property
    def levels(self) -> int:
        """Number of indices of a categorical column; 0 for others."""
        return 0

    @property
    def unseen(self) -> tuple[int, ...]:
        """Indices, or positions within the column, that no training row fills."""
        return ()

    @property
    def bins(self) -> tuple[float, ...]:
        """Edges of a numeric column's bins, in scaled units; none for others."""
        return ()

    @property
    def has_indicator(self) -> bool:
        """Whether the last position says that the cell was missing."""
        return self.block == "numeric" and self.missing > 0

    def feature(self, start: int) -> Feature:
        """Return the column as the model sees it, from position `start` on."""
        return Feature(
            name=self.column.name,
            kind=self.column.kind,
            block=self.block,
            start=start,
            width=self.width,
            levels=self.levels,
            unseen=self.unseen,
            indicator=self.has_indicator,
            bins=self.bins,
        )

    def absent(self, frame: pl.DataFrame) -> NDArray[np.bool_]:
        """Return `(rows,)` whether any of the column's sources is missing."""
        masks = [cells_of(frame, name).is_null() for name in self.column.sources]
        mask = masks[0]
        for other in masks[1:]:
            mask = mask | other
        return mask.to_numpy()

    def unusual(self, frame: pl.DataFrame) -> dict[str, NDArray[np.bool_]]:
        """Return rows unlike any training row, by what is unusual about them."""
        del frame
        return {}

    def _indicator_in_words(self) -> str:
        return "; an indicator says where it was missing" if self.has_indicator else ""


def cells_of(frame: pl.DataFrame, name: str) -> pl.Series:
    """Return a column's cells; NaN is a gap, as it is in every table that was read."""
    cells = frame[name]
    if cells.dtype.is_float() and cells.is_nan().any():
        return cells.fill_nan(None)
    return cells


def require_values(column: Column, frame: pl.DataFrame, missing: int) -> None:
    """Refuse a column without a single value in the training rows.

    Raises:
        TableError: Naming the column.
    """
    if missing == frame.height:
        problem = "no training row has a value here"
        raise TableError(
            problem, column=column.name, fix=f"Leave it out: --drop {column.name}"
        )
