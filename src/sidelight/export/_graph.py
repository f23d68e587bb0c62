"""Operations written one after another, in whatever a format is made of.

Preprocessing and answers are written once, in `columns` and `steps`, with the
operations of ONNX by name. A format brings a graph that knows how to write them down.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Self

import numpy as np


class Graph(ABC):
    """A graph in the making; values are known by their names."""

    @abstractmethod
    def input(self, name: str, dtype: Any, shape: list[str | int | None]) -> str:
        """Add an input; `np.str_` stands for text."""

    @abstractmethod
    def output(
        self, value: str, name: str, dtype: Any, shape: list[str | int | None]
    ) -> None:
        """Make a value an output of that name."""

    @abstractmethod
    def constant(self, value: Any, dtype: Any) -> str:
        """Return a constant; equal ones are stored once."""

    @abstractmethod
    def add(self, op: str, *inputs: str, **attributes: Any) -> str:
        """Add an operation as ONNX defines it, and return its output."""

    @abstractmethod
    def cast(self, value: str, dtype: Any) -> str:
        """Return the value in another element type."""

    @abstractmethod
    def choose(
        self,
        condition: str,
        yes: Callable[[Self], str],
        no: Callable[[Self], str],
        dtype: Any,
    ) -> str:
        """Return the value of one of two branches; only that one is computed.

        Args:
            condition: A scalar.
            yes: Called with a graph of its own, which may use this one's values;
                returns the branch's value.
            no: The other branch.
            dtype: Element type of the value.
        """

    def column(self, value: str) -> str:
        """Return `(rows, 1)` of `(rows,)`."""
        return self.add("Unsqueeze", value, self.constant([1], np.int64))

    def side_by_side(self, parts: list[str], axis: int = 1) -> str:
        """Return the parts joined along an axis."""
        return parts[0] if len(parts) == 1 else self.add("Concat", *parts, axis=axis)
