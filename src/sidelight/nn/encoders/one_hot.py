"""Categories as indicators."""

from __future__ import annotations

from typing import Any

from sidelight.nn.encoders._base import Encoded, Encoder
from sidelight.nn.layers import OneHotColumns
from sidelight.registry import ENCODERS


@ENCODERS.register(
    "one_hot", summary="one position per level", capabilities={"categorical"}
)
class OneHot(Encoder):
    """One for the level that is, zero for all others."""

    def encode(self, values: Any, name: str) -> Encoded:
        """Return the indicators of all columns, from one layer."""
        levels = tuple(column.levels for column in self.columns)
        unseen = [column.unseen for column in self.columns]
        return Encoded(OneHotColumns(levels, unseen, name=name)(values), levels)
