"""A place on Earth, as a point on the unit sphere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
import polars as pl

from sidelight.preprocessing.columns._base import Fitted, cells_of, require_values
from sidelight.registry import KINDS
from sidelight.schema import Column

if TYPE_CHECKING:
    from numpy.typing import NDArray


@KINDS.register(
    "location", summary="latitude and longitude: a point on the unit sphere"
)
class Location(Fitted):
    """`(cos φ cos λ, cos φ sin λ, sin φ)`: smooth everywhere, no seam at 180°."""

    @classmethod
    def fit(cls, column: Column, frame: pl.DataFrame) -> Self:
        """Count what is missing; there is nothing else to learn."""
        fresh = cls(column=column)
        missing = int(fresh.absent(frame).sum())
        require_values(column, frame, missing)
        return cls(column=column, missing=missing)

    @property
    def width(self) -> int:
        """Three, or four with the indicator."""
        return 3 + self.has_indicator

    def encode(self, frame: pl.DataFrame, out: NDArray[Any]) -> None:
        """Write the unit vector; zeros where either coordinate is missing."""
        absent = self.absent(frame)
        # In float32 this takes a tenth of the time, and errs by a metre or two.
        latitude, longitude = (
            np.radians(cells_of(frame, name).fill_null(0.0).to_numpy()).astype(
                np.float32
            )
            for name in self.column.sources
        )
        radius = np.cos(latitude)
        out[:, 0] = radius * np.cos(longitude)
        out[:, 1] = radius * np.sin(longitude)
        out[:, 2] = np.sin(latitude)
        if absent.any():
            out[absent] = 0
        if self.has_indicator:
            out[:, 3] = absent

    def describe(self) -> str:
        """Say what becomes of the pair."""
        return "unit vector on the sphere" + self._indicator_in_words()
