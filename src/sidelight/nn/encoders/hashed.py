"""Many categories in a small learned table."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from sidelight.nn.encoders._base import PRECISE, Encoder, EncoderConfig
from sidelight.nn.encoders.embedding import embedding_width
from sidelight.nn.layers import HashedRows
from sidelight.registry import ENCODERS
from sidelight.schema import Feature

FEWEST, MOST = 8, 32768


class HashedConfig(EncoderConfig):
    """Options of the hashed table.

    Attributes:
        rows: Rows of the table; None for the rule of `hashed_rows`.
        units: Width of a row; None for the rule of `embedding_width`.
    """

    rows: int | None = Field(default=None, ge=2, le=MOST)
    units: int | None = Field(default=None, ge=1)


@ENCODERS.register(
    "hashed",
    summary="many levels: the sum of two rows of a smaller table",
    paper="Svenstrup et al. 2017",
    capabilities={"categorical"},
)
class Hashed(Encoder):
    """`T[h1(i)] + T[h2(i)]`, with two fixed hashes of the index."""

    Config = HashedConfig
    config: HashedConfig

    def encode_column(self, column: Feature, values: Any, name: str) -> Any:
        """Return the summed rows."""
        rows = self.config.rows or hashed_rows(column.levels)
        units = self.config.units or embedding_width(column.levels)
        layer = HashedRows(rows, units, column.unseen, dtype=PRECISE, name=name)
        return layer(values)


def hashed_rows(levels: int) -> int:
    """Return the smallest power of two, from 8 to 32768, of at least `levels / 4`."""
    rows = FEWEST
    while rows < MOST and 4 * rows < levels:
        rows *= 2
    return rows
