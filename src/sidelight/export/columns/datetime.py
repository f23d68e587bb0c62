"""Moments as seconds, and the calendar in whole numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sidelight.export.columns._base import RawColumn
from sidelight.preprocessing.columns.datetime import DAY_S, YEAR_D
from sidelight.registry import GRAPHS

if TYPE_CHECKING:
    from sidelight.export._graph import Graph

NOT_A_TIME = np.iinfo(np.int64).min  # as NumPy writes NaT
# Days of 400 years, 100, 4 and 1, counted from 1 March of a year 0.
DAYS_400, DAYS_100, DAYS_4, DAYS_1 = 146_097, 36_524, 1_461, 365
FROM_MARCH_0 = 719_468  # days from there to 1 January 1970
JANUARY = 306  # day of such a year on which the next calendar year begins
MARCH = 59  # day of the calendar year, from 0, on which March begins
# From the year 1 to 9999, and the ends of years with and without 29 February.
MOMENTS = (
    "0001-01-01T00:00:00",
    "1900-12-31T23:59:59",
    "1970-01-01T00:00:00",
    "2000-02-29T12:00:00",
    "2000-12-31T23:59:59",
    "2023-02-28T23:59:59",
    "2024-03-01T00:00:00",
    "2100-03-01T06:00:00",
    "9999-12-31T23:59:59",
)


@GRAPHS.register(
    "datetime",
    summary=f"int64 seconds since 1970 in UTC, {NOT_A_TIME} (NumPy's NaT) if missing",
)
class RawDatetime(RawColumn):
    """A moment."""

    dtype = np.int64

    def cells(self, num_rows: int, rng: np.random.Generator) -> dict[str, pl.Series]:
        """Return moments of all times."""
        seconds = rng.integers(-5 * 10**10, 2 * 10**11, num_rows)
        ends = np.array(MOMENTS, dtype="datetime64[s]").astype(np.int64)
        some = rng.random(num_rows) < 0.4
        seconds[some] = rng.choice(ends, some.sum())
        moments = pl.from_epoch(pl.Series(seconds), "s")
        return {self.fitted.column.sources[0]: moments}

    def absent(self, graph: Graph, sources: list[str]) -> str:
        """Add the comparison with what stands for no time."""
        return graph.add("Equal", sources[0], graph.constant(NOT_A_TIME, np.int64))

    def encode(self, graph: Graph, sources: list[str]) -> str:
        """Add the circles, zeros where the moment is missing."""
        gap = self.absent(graph, sources)
        epoch = graph.constant(0, np.int64)
        seconds = graph.add("Where", gap, epoch, sources[0])
        day_length = graph.constant(DAY_S, np.int64)
        of_day = graph.add("Mod", seconds, day_length)
        days = graph.add("Div", graph.add("Sub", seconds, of_day), day_length)
        time_of_day = graph.add(
            "Div",
            graph.cast(of_day, np.float64),
            graph.constant(DAY_S, np.float64),
        )
        day = graph.cast(day_of_year(graph, days), np.float64)
        year = graph.constant(YEAR_D, np.float64)
        turns = [graph.add("Div", graph.add("Add", day, time_of_day), year)]
        if self.fitted.has_hours:
            turns.append(time_of_day)
        whole = graph.constant(2 * np.pi, np.float64)
        angles = [graph.cast(graph.add("Mul", whole, t), np.float32) for t in turns]
        circles = [graph.add(op, angle) for angle in angles for op in ("Sin", "Cos")]
        joined = graph.side_by_side([graph.column(part) for part in circles])
        nothing = graph.constant(0, np.float32)
        values = graph.add("Where", graph.column(gap), nothing, joined)
        return self.with_indicator(graph, values, gap)

    def seen(self) -> dict[str, Any]:
        """Return the training range."""
        return {"low": self.fitted.low, "high": self.fitted.high}


def day_of_year(graph: Graph, days: str) -> str:
    """Return which day of its year each day is, from 0.

    Years are counted from March, so that 29 February is a year's last day; then the
    lengths of 4, 100 and 400 years are whole numbers of days.

    Args:
        graph: The graph.
        days: `(rows,)` int64, days since 1970.
    """

    def number(value: int) -> str:
        return graph.constant(value, np.int64)

    def over(value: str, divisor: int) -> str:
        return graph.add("Div", value, number(divisor))

    shifted = graph.add("Add", days, number(FROM_MARCH_0))
    of_era = graph.add("Mod", shifted, number(DAYS_400))
    leaps = graph.add("Sub", of_era, over(of_era, DAYS_4 - 1))
    leaps = graph.add("Add", leaps, over(of_era, DAYS_100))
    leaps = graph.add("Sub", leaps, over(of_era, DAYS_400 - 1))
    year = over(leaps, DAYS_1)  # 0 to 399
    before = graph.add("Mul", year, number(DAYS_1))
    before = graph.add("Add", before, over(year, 4))
    before = graph.add("Sub", before, over(year, 100))
    from_march = graph.add("Sub", of_era, before)
    is_leap = graph.add(
        "And",
        graph.add("Equal", graph.add("Mod", year, number(4)), number(0)),
        graph.add(
            "Or",
            graph.add("Equal", year, number(0)),
            graph.add("Greater", graph.add("Mod", year, number(100)), number(0)),
        ),
    )
    from_january = graph.add("Add", from_march, number(MARCH))
    from_january = graph.add("Add", from_january, graph.cast(is_leap, np.int64))
    return graph.add(
        "Where",
        graph.add("Less", from_march, number(JANUARY)),
        from_january,
        graph.add("Sub", from_march, number(JANUARY)),
    )
