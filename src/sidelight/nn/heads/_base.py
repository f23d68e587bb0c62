"""The contract of a head."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Head:
    """What a task adds behind the features.

    Attributes:
        activation: Keras name of the function from logits to answers.
        make_loss: Returns a fresh Keras loss on the answers, given the label smoothing.
        metrics: Returns fresh Keras metrics, or their names.
        monitor: The validation figure that is watched while training.
        mode: Whether the watched figure should fall ("min") or rise ("max").
    """

    activation: str
    make_loss: Callable[[float], Any]
    metrics: Callable[[], list[Any]]
    monitor: str
    mode: str
