"""Several words in a cell: a position each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
import polars as pl

from sidelight.preprocessing.columns._base import Fitted, cells_of, require_values
from sidelight.registry import KINDS
from sidelight.schema import SEPARATORS, Column

if TYPE_CHECKING:
    from numpy.typing import NDArray


@KINDS.register("multi_hot", summary="several words a cell, a;b or a|b: a 0/1 each")
class MultiHot(Fitted):
    """1 where the cell has the word: the words, any rare one, any unknown one.

    Only a schema makes a column so: whether `a;b` is one word or two is not guessed.

    Attributes:
        words: Words in enough training rows, sorted.
        rare: Words in fewer training rows, sorted.
    """

    words: tuple[str, ...]
    rare: tuple[str, ...]

    @classmethod
    def fit(cls, column: Column, frame: pl.DataFrame) -> Self:
        """Learn the words and in how many rows they are."""
        cells = cells_of(frame, column.sources[0])
        found = _words(cells)
        require_values(column, frame, frame.height if found.is_empty() else 0)
        counts = found["word"].value_counts(name="count").sort("word")
        often = counts["count"] >= column.min_count
        return cls(
            column=column,
            missing=cells.null_count(),
            words=tuple(counts.filter(often)["word"]),
            rare=tuple(counts.filter(~often)["word"]),
        )

    @property
    def width(self) -> int:
        """One for each word, one for rare, one for unknown, one for the indicator."""
        return len(self.words) + 2 + self.has_indicator

    @property
    def unseen(self) -> tuple[int, ...]:
        """Unknown always; rare where training had none."""
        rare, unknown = len(self.words), len(self.words) + 1
        return (unknown,) if self.rare else (rare, unknown)

    def encode(self, frame: pl.DataFrame, out: NDArray[Any]) -> None:
        """Write ones for the words that a cell has, zeros for all others."""
        cells = cells_of(frame, self.column.sources[0])
        out[:] = 0
        rows, places = self._places(cells)
        out[rows, places] = 1
        if self.has_indicator:
            out[:, -1] = cells.is_null().to_numpy()

    def _places(self, cells: pl.Series) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return rows and positions of the ones."""
        found = _words(cells)
        number = len(self.words)
        lookup = np.array([*range(number), *([number] * len(self.rare)), number + 1])
        known = pl.Enum([*self.words, *self.rare])
        codes = found["word"].cast(known, strict=False).to_physical().cast(pl.Int64)
        codes = codes.fill_null(len(lookup) - 1)
        return found["row"].to_numpy(), lookup[codes.to_numpy()]

    def describe(self) -> str:
        """Say how many words there are and what happens to others."""
        text = f"{len(self.words)} words, 0 or 1 each"
        if self.rare:
            text += f"; {len(self.rare)} rare ones share a position"
        return text + "; unknown ones add nothing" + self._indicator_in_words()

    def unusual(self, frame: pl.DataFrame) -> dict[str, NDArray[np.bool_]]:
        """Return the rows with a word that training never saw."""
        rows, places = self._places(cells_of(frame, self.column.sources[0]))
        mask = np.zeros(frame.height, dtype=bool)
        mask[rows[places == len(self.words) + 1]] = True
        return {"never seen in training": mask}


def _words(cells: pl.Series) -> pl.DataFrame:
    """Return "row" and "word", a word once a row, in no order."""
    parts = cells.cast(pl.String).str.replace_all(SEPARATORS, ";").str.split(";")
    frame = pl.DataFrame({"word": parts}).with_row_index("row").explode("word")
    frame = frame.with_columns(pl.col("word").str.strip_chars())
    return frame.filter(pl.col("word") != "").unique()
