"""Yes or no, as plus or minus one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
import polars as pl

from sidelight.preprocessing.columns._base import Fitted, require_values
from sidelight.registry import KINDS
from sidelight.schema import Column

if TYPE_CHECKING:
    from numpy.typing import NDArray


@KINDS.register("boolean", summary="yes or no: +1 and -1, 0 where missing")
class Boolean(Fitted):
    """+1 for true, -1 for false, 0 for missing."""

    @classmethod
    def fit(cls, column: Column, frame: pl.DataFrame) -> Self:
        """Count what is missing; there is nothing else to learn."""
        missing = frame[column.sources[0]].null_count()
        require_values(column, frame, missing)
        return cls(column=column, missing=missing)

    @property
    def width(self) -> int:
        """One, or two with the indicator."""
        return 1 + self.has_indicator

    def encode(self, frame: pl.DataFrame, out: NDArray[Any]) -> None:
        """Write plus or minus one."""
        cells = frame[self.column.sources[0]]
        signs = cells.cast(pl.Int8) * 2 - 1
        out[:, 0] = signs.fill_null(0).to_numpy()
        if self.has_indicator:
            out[:, 1] = cells.is_null().to_numpy().astype(np.float32)

    def describe(self) -> str:
        """Say which value stands for what."""
        return "true is 1, false is -1, missing 0" + self._indicator_in_words()
