"""ONNX nodes, written one after another."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from sidelight.export._graph import Graph
from sidelight.optional import import_optional

if TYPE_CHECKING:
    from numpy.typing import NDArray

OPSET = 20  # the first with RegexFullMatch; onnxruntime reads it from 1.17 on
OPSET_ML = 2
IR_VERSION = 9  # of opset 20; onnx itself would write a newer one
PURPOSE = "An export to ONNX"  # what a missing package is needed for
ML = "ai.onnx.ml"
OF_ML = ("LabelEncoder",)  # operations of that domain
# What the names of inner values begin with; no input is called so.
INNER = "sidelight/"


def load_onnx() -> Any:
    """Import and return the package onnx.

    Raises:
        MissingPackageError: If it is not there.
    """
    for part in ("onnx.compose", "onnx.version_converter"):
        import_optional(part, PURPOSE, extra="export")
    return import_optional("onnx", PURPOSE, extra="export")


class OnnxGraph(Graph):
    """A graph of ONNX nodes in the making.

    Args:
        prefix: What the names of its inner values begin with.
    """

    def __init__(self, prefix: str = INNER) -> None:
        self.onnx = load_onnx()
        self.prefix = prefix
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []
        self._known: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._count = 0

    def input(self, name: str, dtype: Any, shape: list[str | int | None]) -> str:
        """Add an input; `np.str_` stands for text."""
        info = self.onnx.helper.make_tensor_value_info
        self.inputs.append(info(name, self.type_of(dtype), shape))
        return name

    def output(
        self, value: str, name: str, dtype: Any, shape: list[str | int | None]
    ) -> None:
        """Make a value an output of that name."""
        self.nodes.append(self.onnx.helper.make_node("Identity", [value], [name]))
        info = self.onnx.helper.make_tensor_value_info
        self.outputs.append(info(name, self.type_of(dtype), shape))

    def type_of(self, dtype: Any) -> int:
        """Return ONNX' number of an element type."""
        if np.dtype(dtype).kind == "U":
            return int(self.onnx.TensorProto.STRING)
        return int(self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))

    def constant(self, value: Any, dtype: Any) -> str:
        """Return a constant; equal ones are stored once."""
        array: NDArray[Any] = np.asarray(value, dtype=dtype)
        key = (str(array.dtype), array.shape, array.tobytes())
        if key not in self._known:
            name = self._fresh("constant")
            tensor = self.onnx.numpy_helper.from_array(array, name)
            self.initializers.append(tensor)
            self._known[key] = name
        return self._known[key]

    def add(self, op: str, *inputs: str, **attributes: Any) -> str:
        """Add a node and return its output."""
        output = self._fresh(op)
        domain = ML if op in OF_ML else ""
        made = self.onnx.helper.make_node(
            op, list(inputs), [output], name=output, domain=domain, **attributes
        )
        self.nodes.append(made)
        return output

    def cast(self, value: str, dtype: Any) -> str:
        """Return the value in another element type."""
        return self.add("Cast", value, to=self.type_of(dtype))

    def choose(
        self,
        condition: str,
        yes: Callable[[OnnxGraph], str],
        no: Callable[[OnnxGraph], str],
        dtype: Any,
    ) -> str:
        """Add `If`, each branch a graph within it."""
        info = self.onnx.helper.make_tensor_value_info
        made = []
        for written in (yes, no):
            branch = OnnxGraph(f"{self._fresh('branch')}/")
            value = written(branch)
            result = info(value, self.type_of(dtype), None)
            made.append(
                self.onnx.helper.make_graph(
                    branch.nodes, branch.prefix, [], [result], branch.initializers
                )
            )
        return self.add("If", condition, then_branch=made[0], else_branch=made[1])

    def model(self, name: str) -> Any:
        """Return the graph as a model, checked."""
        helper = self.onnx.helper
        graph = helper.make_graph(
            self.nodes, name, self.inputs, self.outputs, self.initializers
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(ML, OPSET_ML)]
        made = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
        self.onnx.checker.check_model(made)
        return made

    def _fresh(self, what: str) -> str:
        self._count += 1
        return f"{self.prefix}{what}_{self._count}"
