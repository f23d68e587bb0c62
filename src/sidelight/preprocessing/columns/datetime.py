"""Moments, as places on the clock and on the calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
import polars as pl

from sidelight.preprocessing.columns._base import Fitted, require_values
from sidelight.registry import KINDS
from sidelight.schema import Column

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAY_S = 86_400
YEAR_D = 365.2425


@KINDS.register("datetime", summary="times: hour and day of year on circles")
class Datetime(Fitted):
    """Sine and cosine of the day of year and, unless all are dates, of the hour (UTC).

    Attributes:
        has_hours: Whether training rows hold times of day, not only dates.
        low: First training moment, in ISO form.
        high: Last training moment, in ISO form.
    """

    has_hours: bool
    low: str
    high: str

    @classmethod
    def fit(cls, column: Column, frame: pl.DataFrame) -> Self:
        """Learn the range, and whether hours are given."""
        cells = frame[column.sources[0]]
        missing = cells.null_count()
        require_values(column, frame, missing)
        seconds = cells.drop_nulls().dt.epoch("s")
        return cls(
            column=column,
            missing=missing,
            has_hours=bool((seconds % DAY_S != 0).any()),
            low=str(cells.min()),
            high=str(cells.max()),
        )

    @property
    def width(self) -> int:
        """Two, four with hours, one more with the indicator."""
        return 2 + 2 * self.has_hours + self.has_indicator

    def encode(self, frame: pl.DataFrame, out: NDArray[Any]) -> None:
        """Write the circles; zeros where the moment is missing."""
        cells = frame[self.column.sources[0]]
        seconds = cells.dt.epoch("s").fill_null(0).to_numpy()
        time_of_day = (seconds % DAY_S) / float(DAY_S)
        day = (cells.dt.ordinal_day().fill_null(1).to_numpy() - 1) + time_of_day
        turns = [day / YEAR_D, time_of_day] if self.has_hours else [day / YEAR_D]
        for index, turn in enumerate(turns):
            # In float32 the circles take a thirtieth of the time, and err by 3e-7.
            angle = (2 * np.pi * turn).astype(np.float32)
            out[:, 2 * index] = np.sin(angle)
            out[:, 2 * index + 1] = np.cos(angle)
        if cells.null_count():
            out[cells.is_null().to_numpy()] = 0
        if self.has_indicator:
            out[:, -1] = cells.is_null().to_numpy()

    def describe(self) -> str:
        """Say which circles there are."""
        circles = "day of year and hour" if self.has_hours else "day of year"
        return f"sine and cosine of {circles}" + self._indicator_in_words()

    def unusual(self, frame: pl.DataFrame) -> dict[str, NDArray[np.bool_]]:
        """Return the rows before or after all training rows."""
        cells = frame[self.column.sources[0]]
        low, high = (pl.Series([t]).str.to_datetime()[0] for t in (self.low, self.high))
        outside = ((cells < low) | (cells > high)).fill_null(value=False)
        return {f"outside {self.low} to {self.high}": outside.to_numpy()}
