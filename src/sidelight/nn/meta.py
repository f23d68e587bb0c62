"""The metadata as a fusion sees it: one bundle, made once for every hook."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Meta:
    """Encoded metadata of a batch.

    Attributes:
        vector: `(batch, features)` float32, every column encoded and concatenated.
        raw: The model's metadata inputs by name, as the preprocessor gave them.
    """

    vector: Any
    raw: dict[str, Any] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """Number of encoded features."""
        return int(self.vector.shape[-1])
