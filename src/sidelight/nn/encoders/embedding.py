"""Categories as learned vectors."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from sidelight.nn.encoders._base import PRECISE, Encoded, Encoder, EncoderConfig
from sidelight.nn.layers import EmbedColumns
from sidelight.registry import ENCODERS


class EmbeddingConfig(EncoderConfig):
    """Options of the embedding.

    Attributes:
        units: Width of a level's vector; None for the rule of `embedding_width`.
    """

    units: int | None = Field(default=None, ge=1)


@ENCODERS.register(
    "embedding",
    summary="a learned vector per level",
    capabilities={"categorical"},
)
class Embedding(Encoder):
    """`E[i]`, with a table E for each column."""

    Config = EmbeddingConfig
    config: EmbeddingConfig

    def encode(self, values: Any, name: str) -> Encoded:
        """Return the vectors of all columns, from one layer."""
        levels = [column.levels for column in self.columns]
        units = tuple(self.config.units or embedding_width(n) for n in levels)
        unseen = [column.unseen for column in self.columns]
        layer = EmbedColumns(levels, units, unseen, dtype=PRECISE, name=name)
        return Encoded(layer(values), units)


def embedding_width(levels: int) -> int:
    """Return `min(600, round(1.6 n^0.56))`, fastai's rule for n levels."""
    return min(600, round(1.6 * levels**0.56))
