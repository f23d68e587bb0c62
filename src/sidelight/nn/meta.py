"""The metadata as a fusion sees it: one bundle, made once for every hook."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sidelight.nn.layers import ColumnTokens


@dataclass(frozen=True)
class Meta:
    """Encoded metadata of a batch.

    Attributes:
        vector: `(batch, features)` float32, every column encoded and concatenated.
        raw: The model's metadata inputs by name, as the preprocessor gave them.
        widths: Encoded width of each column, in the order they have in `vector`.
        present: `(batch, columns + 1)`, one for every column, and last for the image,
            that is there; None for a network that cannot miss any. What is absent has
            its learned stand-in in `vector` and in the feature maps already.
    """

    vector: Any
    raw: dict[str, Any] = field(default_factory=dict)
    widths: tuple[int, ...] = ()
    present: Any = None

    @property
    def width(self) -> int:
        """Number of encoded features."""
        return int(self.vector.shape[-1])

    def tokens(self, dim: int, *, name: str) -> Any:
        """Return one token per column `(batch, columns, dim)`, for attention.

        Args:
            dim: Width of a token.
            name: Name of the layer that makes them.
        """
        return ColumnTokens(self.widths, dim, name=name)(self.vector)
