"""Words, looked up; what is missing, unknown or rare has an index of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sidelight.export.columns._base import RawText
from sidelight.preprocessing.columns.categorical import FIRST, MISSING, RARE, UNKNOWN
from sidelight.registry import GRAPHS

if TYPE_CHECKING:
    from sidelight.export._graph import Graph

STRANGE = ("未知 ☃", "Ünknown\nword", "a'b\"c", "0")


@GRAPHS.register("categorical", summary="text, empty where missing")
class RawCategorical(RawText):
    """A word."""

    def cells(self, num_rows: int, rng: np.random.Generator) -> dict[str, pl.Series]:
        """Return known words, rare ones and some that training never saw."""
        fitted = self.fitted
        words = [*fitted.words[:64], *fitted.rare[:16], *STRANGE]
        places = rng.integers(0, len(words), num_rows)
        return {fitted.column.sources[0]: pl.Series([words[i] for i in places])}

    def encode(self, graph: Graph, sources: list[str]) -> str:
        """Add the look-up."""
        codes = self.codes()
        index = graph.add(
            "LabelEncoder",
            sources[0],
            keys_strings=list(codes),
            values_int64s=list(codes.values()),
            default_int64=UNKNOWN,
        )
        return graph.column(graph.cast(index, np.int32))

    def codes(self) -> dict[str, int]:
        """Return the index of every word that does not stand for unknown."""
        fitted = self.fitted
        known = {word: FIRST + place for place, word in enumerate(fitted.words)}
        known |= dict.fromkeys(fitted.rare, RARE)
        gap = MISSING
        if fitted.column.missing == "most_frequent":
            gap = known[fitted.most_frequent]
        found = dict.fromkeys(("", *self.nulls), gap) | known
        # A table's whole number is the same category with and without ".0".
        for word, code in known.items():
            if re.fullmatch(r"[+-]?\d+", word):
                found.setdefault(f"{word}.0", code)
        return found

    def seen(self) -> dict[str, Any]:
        """Return the words of the training rows."""
        return {"words": list(self.fitted.words), "rare": list(self.fitted.rare)}
