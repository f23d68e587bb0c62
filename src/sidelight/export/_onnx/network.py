"""The trained Keras network as an ONNX model."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from sidelight.errors import ConfigError
from sidelight.export._base import need_tensorflow
from sidelight.export._onnx.graph import IR_VERSION, OPSET, load_onnx

PREFIX = "network/"
ANSWER = "answer"
LATEST = 18  # opset that tf2onnx writes


def convert(network: keras.Model) -> Any:
    """Convert a network; its inputs keep their names behind "network/".

    Returns:
        An ONNX model with one output, "network/answer".

    Raises:
        ConfigError: If Keras runs on another backend than TensorFlow, or the network
            has an operation that ONNX does not have.
    """
    need_tensorflow("ONNX is")
    onnx = load_onnx()
    made = _traced(network)
    unknown = _unknown_operations(made)
    if unknown:
        problem = f"ONNX has no {', '.join(unknown)}, which this network needs"
        fix = "Choose another --fusion or --backbone: see docs/export.md."
        raise ConfigError(problem, fix=fix)
    made = onnx.version_converter.convert_version(made, OPSET)
    made.ir_version = IR_VERSION
    return onnx.compose.add_prefix(made, PREFIX)


def _traced(network: keras.Model) -> Any:
    import tensorflow as tf  # noqa: PLC0415
    import tf2onnx  # noqa: PLC0415

    names = list(network.input)
    signature = [
        tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype, name=name)
        for name, tensor in network.input.items()
    ]

    @tf.function(input_signature=signature)  # type: ignore[untyped-decorator]
    def forward(*tensors: Any) -> dict[str, Any]:
        inputs = dict(zip(names, tensors, strict=True))
        return {ANSWER: network(inputs, training=False)}

    with _quiet():
        made, _ = tf2onnx.convert.from_function(
            forward,
            signature,
            opset=LATEST,
            custom_op_handlers=HANDLERS,
        )
    return made


def _erfc(context: Any, node: Any, name: str, _args: Any) -> None:
    """Write the complement of the error function, of which GELU is made, by Erf."""
    steps = _Steps(context, node, name)
    steps.last("Sub", steps.number(1), steps.add("Erf", node.input[0]))


def _expm1(context: Any, node: Any, name: str, _args: Any) -> None:
    """Write `exp(x) - 1` as `2 t / (1 - t)`, t = tanh(x / 2): exact near zero too."""
    steps = _Steps(context, node, name)
    half = steps.add("Tanh", steps.add("Mul", node.input[0], steps.number(0.5)))
    twice = steps.add("Mul", half, steps.number(2))
    steps.last("Div", twice, steps.add("Sub", steps.number(1), half))


class _Steps:
    """What is written in place of one operation of TensorFlow."""

    def __init__(self, context: Any, node: Any, name: str) -> None:
        self.context, self.name = context, name
        self.outputs = node.output
        self.like = {"shapes": node.output_shapes, "dtypes": node.output_dtypes}
        context.remove_node(name)

    def number(self, value: float) -> str:
        """Return a constant."""
        unique = f"{self.name}_{value:g}"
        array = np.array(value, np.float32)
        return str(self.context.make_const(unique, array).output[0])

    def add(self, op: str, *inputs: str) -> str:
        """Add a node and return its output."""
        made = self.context.make_node(op, list(inputs), **self.like)
        return str(made.output[0])

    def last(self, op: str, *inputs: str) -> None:
        """Add the node whose output takes the place of the operation's."""
        self.context.make_node(
            op, list(inputs), name=self.name, outputs=self.outputs, **self.like
        )


HANDLERS: dict[str, tuple[Any, list[Any]]] = {
    "Erfc": (_erfc, []),
    "Expm1": (_expm1, []),
}


def _unknown_operations(model: Any) -> list[str]:
    onnx = load_onnx()
    opsets = {entry.domain: entry.version for entry in model.opset_import}
    return sorted(
        {
            node.op_type
            for node in model.graph.node
            if not onnx.defs.has(node.op_type, opsets.get(node.domain, 1), node.domain)
        }
    )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what tf2onnx says of each unknown operation to ourselves: it is checked."""
    loggers = [logging.getLogger(name) for name in ("tf2onnx", "tensorflow")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
