"""Several words in a text, each found by a pattern."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sidelight.export.columns._base import RawText
from sidelight.registry import GRAPHS
from sidelight.schema import SEPARATORS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sidelight.export._graph import Graph

BLANK = r"[\s\pZ]*"  # white space in RE2, with that of Unicode
MOST_IN_A_PATTERN = 200  # RE2 refuses patterns that need too much memory


@GRAPHS.register("multi_hot", summary="text, words with ; or | between, empty: missing")
class RawMultiHot(RawText):
    """Several words."""

    def cells(self, num_rows: int, rng: np.random.Generator) -> dict[str, pl.Series]:
        """Return no word, one or several, rare and unknown ones among them."""
        fitted = self.fitted
        words = [*fitted.words[:64], *fitted.rare[:16], "未知 ☃", "", ";"]
        drawn = (
            rng.integers(0, len(words), rng.integers(0, 5)) for _ in range(num_rows)
        )
        between = (";", "|", " ; ", "\t|")
        texts = [
            between[len(places) % 4].join(words[i] for i in places) or ";"
            for places in drawn
        ]
        return {fitted.column.sources[0]: pl.Series(texts)}

    def encode(self, graph: Graph, sources: list[str]) -> str:
        """Add a match for each word; the position of unknown words stays 0.

        No network looks at that position: training rows have no unknown words.
        """
        fitted = self.fitted
        gap = self.absent(graph, sources)
        ones = [_any_of(graph, sources[0], [word]) for word in fitted.words]
        ones.append(_any_of(graph, sources[0], fitted.rare))
        ones.append(_any_of(graph, sources[0], ()))
        bits = graph.side_by_side([graph.column(one) for one in ones])
        there = graph.column(graph.add("Not", gap))
        values = graph.cast(graph.add("And", bits, there), np.float32)
        return self.with_indicator(graph, values, gap)

    def seen(self) -> dict[str, Any]:
        """Return the words of the training rows."""
        return {"words": list(self.fitted.words), "rare": list(self.fitted.rare)}


def _any_of(graph: Graph, text: str, words: Sequence[str]) -> str:
    """Return `(rows,)` bool, whether one of the words is in each text."""
    found = None
    for start in range(0, max(len(words), 1), MOST_IN_A_PATTERN):
        some = words[start : start + MOST_IN_A_PATTERN]
        match = graph.add("RegexFullMatch", text, pattern=_pattern(some))
        found = match if found is None else graph.add("Or", found, match)
    return str(found)


def _pattern(words: Sequence[str]) -> str:
    """Return what matches a whole text with one of the words; nothing without any."""
    if not words:
        return r"[^\x{0}-\x{10FFFF}]"
    # Like RE2's own QuoteMeta: nothing beyond ASCII may have a backslash before it.
    either = "|".join(re.sub(r"([^\w\x80-\U0010ffff])", r"\\\1", w) for w in words)
    return rf"(?s)(?:.*{SEPARATORS})?{BLANK}(?:{either}){BLANK}(?:{SEPARATORS}.*)?"
