"""A graph whose operations are called as they are added, while a function is traced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from sidelight.export._graph import Graph
from sidelight.export._tensorflow.operations import OPERATIONS, table_of, type_of


class TensorFlowGraph(Graph):
    """Names of tensors.

    Args:
        given: The function's arguments, by the names of inputs.
        around: The graph that this one is a branch of.

    Attributes:
        outputs: What was made an output, by name.
        tables: Look-up tables, which whoever stores the function has to hold.
    """

    def __init__(
        self, given: Mapping[str, Any], around: TensorFlowGraph | None = None
    ) -> None:
        self._given = given
        self._values: dict[str, Any] = {} if around is None else dict(around._values)
        self.outputs: dict[str, Any] = {}
        self.tables: list[Any] = [] if around is None else around.tables

    def input(self, name: str, dtype: Any, shape: list[str | int | None]) -> str:
        """Look an input up among the arguments."""
        found = self._given[name]
        if found.dtype != type_of(dtype) or len(found.shape) != len(shape):
            message = f"{name} is {found.dtype} {found.shape}, not {dtype} {shape}"
            raise TypeError(message)
        return self._named(found)

    def output(
        self, value: str, name: str, dtype: Any, shape: list[str | int | None]
    ) -> None:
        """Make a value an output of that name."""
        sides = [side if isinstance(side, int) else None for side in shape]
        found = tf.ensure_shape(self._values[value], sides)
        self.outputs[name] = tf.cast(found, type_of(dtype))

    def constant(self, value: Any, dtype: Any) -> str:
        """Return a constant, which stays an array: axes have to be known."""
        return self._named(np.asarray(value, dtype=dtype))

    def add(self, op: str, *inputs: str, **attributes: Any) -> str:
        """Call the operation."""
        found = [self._values[name] for name in inputs]
        if op == "LabelEncoder":  # has a state
            with tf.init_scope():  # made once, not in every call
                table = table_of(**attributes)
            self.tables.append(table)
            return self._named(table.lookup(*found))
        return self._named(OPERATIONS[op](*found, **attributes))

    def cast(self, value: str, dtype: Any) -> str:
        """Return the value in another element type."""
        return self._named(tf.cast(self._values[value], type_of(dtype)))

    def choose(
        self,
        condition: str,
        yes: Callable[[TensorFlowGraph], str],
        no: Callable[[TensorFlowGraph], str],
        dtype: Any,
    ) -> str:
        """Add `tf.cond`."""

        def called(written: Callable[[TensorFlowGraph], str]) -> Any:
            branch = TensorFlowGraph(self._given, around=self)
            return tf.cast(branch._values[written(branch)], type_of(dtype))

        found = tf.cond(
            self._values[condition], lambda: called(yes), lambda: called(no)
        )
        return self._named(found)

    def value(self, name: str) -> Any:
        """Return the tensor of that name."""
        return self._values[name]

    def _named(self, value: Any) -> str:
        name = f"value_{len(self._values)}"
        self._values[name] = value
        return name
