"""The contract: what a kind takes raw, and the ONNX nodes that encode it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from sidelight.export._graph import Graph

SHARE_MISSING = 0.2  # of the cells a file is checked with


@dataclass(frozen=True)
class RawColumn(ABC):
    """One fitted column as it enters an exported model.

    What a file takes is said by the summary that a kind is registered with.

    Attributes:
        dtype: Element type of the input; `np.str_` for text.
        fitted: What was learned from the training rows.
        nulls: Words that mean an empty cell, in text.
    """

    dtype: ClassVar[Any] = np.float64

    fitted: Any
    nulls: tuple[str, ...] = ()

    @abstractmethod
    def cells(self, num_rows: int, rng: np.random.Generator) -> dict[str, pl.Series]:
        """Return typed cells by source to check a file with, none of them missing.

        They include what training never saw, as far as the table would let it pass.
        """

    @abstractmethod
    def encode(self, graph: Graph, sources: list[str]) -> str:
        """Add the nodes that do what `Fitted.encode` does.

        Args:
            graph: The graph.
            sources: The inputs `(rows,)`, in the order of the column's sources.

        Returns:
            `(rows, width)`: float32, or int32 for a column of the categorical block.
        """

    @abstractmethod
    def absent(self, graph: Graph, sources: list[str]) -> str:
        """Add the nodes of `(rows,)` bool, whether a source is missing."""

    def seen(self) -> dict[str, Any]:
        """Return what the training rows held, such as their range."""
        return {}

    def samples(self, num_rows: int, rng: np.random.Generator) -> dict[str, pl.Series]:
        """Return typed cells to check a file with, some missing if that is allowed."""
        found = self.cells(num_rows, rng)
        if self.fitted.column.missing == "error":
            return found
        return {
            name: cells.set(pl.Series(rng.random(num_rows) < SHARE_MISSING), None)
            for name, cells in found.items()
        }

    def with_indicator(self, graph: Graph, values: str, absent: str) -> str:
        """Return the values, and behind them the indicator if the column has one."""
        if not self.fitted.has_indicator:
            return values
        mark = graph.column(graph.cast(absent, np.float32))
        return graph.side_by_side([values, mark])


class RawNumbers(RawColumn):
    """A column whose sources are float64, NaN where a cell is missing."""

    def absent(self, graph: Graph, sources: list[str]) -> str:
        """Add `IsNaN`, of any of the sources."""
        masks = [graph.add("IsNaN", source) for source in sources]
        found = masks[0]
        for mask in masks[1:]:
            found = graph.add("Or", found, mask)
        return found


class RawText(RawColumn):
    """A column of text; the empty text, and every word for it, is a missing cell."""

    dtype = np.str_

    def absent(self, graph: Graph, sources: list[str]) -> str:
        """Add a look-up among the words for an empty cell."""
        words = ["", *self.nulls]
        found = graph.add(
            "LabelEncoder",
            sources[0],
            keys_strings=words,
            values_int64s=[1] * len(words),
            default_int64=0,
        )
        return graph.cast(found, np.bool_)
