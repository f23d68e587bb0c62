"""Indices that training rows have, and those that they do not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keras import ops


def seen(index: Any, unseen: Sequence[int], dtype: str) -> Any:
    """Return `(batch, 1)`: 0 where an index `(batch,)` is one of `unseen`, else 1."""
    found = ops.ones_like(index, dtype="bool")
    for other in unseen:
        found = ops.logical_and(found, ops.not_equal(index, other))
    return ops.cast(found, dtype)[:, None]
