"""Words: an index each, with indices of their own for missing, unknown and rare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import numpy as np
import polars as pl

from sidelight.preprocessing.columns._base import Fitted, cells_of, require_values
from sidelight.registry import KINDS
from sidelight.schema import Column, Missing

if TYPE_CHECKING:
    from numpy.typing import NDArray

MISSING, UNKNOWN, RARE, FIRST = 0, 1, 2, 3


@KINDS.register("categorical", summary="words: one-hot, with missing, unknown and rare")
class Categorical(Fitted):
    """0 missing, 1 never seen in training, 2 rare in training, 3 and up the words.

    Attributes:
        words: Words seen often enough, sorted.
        rare: Words seen less often, sorted.
        most_frequent: The word that fills a gap under that policy.
    """

    block: ClassVar[Literal["numeric", "categorical"]] = "categorical"
    policies: ClassVar[tuple[Missing, ...]] = (
        "auto",
        "level",
        "most_frequent",
        "drop",
        "error",
    )

    words: tuple[str, ...]
    rare: tuple[str, ...]
    most_frequent: str

    @classmethod
    def fit(cls, column: Column, frame: pl.DataFrame) -> Self:
        """Learn the words and how often they occur."""
        cells = cells_of(frame, column.sources[0]).cast(pl.String)
        missing = cells.null_count()
        require_values(column, frame, missing)
        counts = (
            cells.drop_nulls().alias("word").value_counts(name="count").sort("word")
        )
        often = counts["count"] >= column.min_count
        top = counts.sort("count", "word", descending=[True, False])["word"][0]
        return cls(
            column=column,
            missing=missing,
            words=tuple(counts.filter(often)["word"]),
            rare=tuple(counts.filter(~often)["word"]),
            most_frequent=top,
        )

    @property
    def width(self) -> int:
        """One index."""
        return 1

    @property
    def levels(self) -> int:
        """The three special indices, and one for each word."""
        return FIRST + len(self.words)

    @property
    def unseen(self) -> tuple[int, ...]:
        """Unknown always; missing and rare where training had none."""
        filled = self.column.missing == "most_frequent"
        gaps = () if self.missing and not filled else (MISSING,)
        return (*gaps, UNKNOWN, *(() if self.rare else (RARE,)))

    def encode(self, frame: pl.DataFrame, out: NDArray[Any]) -> None:
        """Write the index of each row's word."""
        out[:, 0] = self._indices(frame)

    def _indices(self, frame: pl.DataFrame) -> NDArray[np.int32]:
        cells = cells_of(frame, self.column.sources[0]).cast(pl.String)
        if self.column.missing == "most_frequent":
            cells = cells.fill_null(self.most_frequent)
        known = [*self.words, *self.rare]
        codes = [*range(FIRST, FIRST + len(self.words)), *([RARE] * len(self.rare))]
        places = cells.cast(pl.Enum(known), strict=False).to_physical()
        lookup = np.array([*codes, MISSING], dtype=np.int32)
        rows = places.cast(pl.Int64).fill_null(len(known)).to_numpy()
        indices: NDArray[np.int32] = lookup[rows]
        if places.null_count() > cells.null_count():
            indices[(places.is_null() & cells.is_not_null()).to_numpy()] = UNKNOWN
        return indices

    def describe(self) -> str:
        """Say how many words there are and what happens to others."""
        text = f"{len(self.words)} levels, one-hot"
        if self.rare:
            text += f"; {len(self.rare)} rare ones share a level"
        if self.column.missing == "most_frequent":
            return (
                text + f"; gaps filled with {self.most_frequent!r}; unknown has a level"
            )
        return text + "; missing and unknown have their own"

    def unusual(self, frame: pl.DataFrame) -> dict[str, NDArray[np.bool_]]:
        """Return the rows with a word that training never saw."""
        return {"never seen in training": self._indices(frame) == UNKNOWN}
