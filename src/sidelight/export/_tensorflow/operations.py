"""The operations of ONNX that `columns` and `steps` use, by TensorFlow.

Each takes tensors, or arrays where its input is a constant, and the attributes that
ONNX names so. Only what is used is here, and only as it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf


def divided(x: Any, y: Any) -> Any:
    """Divide; whole numbers lose their rest, as in C."""
    x = tf.convert_to_tensor(x)
    return tf.truncatediv(x, y) if x.dtype.is_integer else x / y


def clipped(x: Any, low: Any, high: Any) -> Any:
    """Bring into a range."""
    return tf.minimum(tf.maximum(x, low), high)


def joined(*parts: Any, axis: int) -> Any:
    """Put parts side by side."""
    return tf.concat(parts, axis)


def shape_of(x: Any, start: int = 0, end: int | None = None) -> Any:
    """Return some lengths of axes."""
    return tf.shape(x, out_type=tf.int64)[start:end]


def part_of(x: Any, start: Any, end: Any, axes: Any) -> Any:
    """Cut along a single axis."""
    places = [slice(None)] * len(x.shape)
    places[int(axes[0])] = slice(start[0], end[0])
    return x[tuple(places)]


def padded(x: Any, pads: Any, value: Any, axes: Any) -> Any:
    """Put a value around some axes; `pads` holds all before, then all behind."""
    beside = [(0, 0)] * len(x.shape)
    for place, axis in enumerate(axes):
        beside[axis] = (pads[place], pads[len(axes) + place])
    paddings = tf.stack([tf.stack([tf.cast(n, tf.int64) for n in b]) for b in beside])
    return tf.pad(x, paddings, constant_values=value)


def summed(x: Any, axes: Any, keepdims: int = 1) -> Any:
    """Add along an axis."""
    return tf.reduce_sum(x, axis=int(axes[0]), keepdims=bool(keepdims))


def largest_of(x: Any, keepdims: int) -> Any:
    """Return the largest of all."""
    return tf.reduce_max(x, keepdims=bool(keepdims))


def largest_at(x: Any, axis: int, keepdims: int) -> Any:
    """Return where the largest is."""
    found = tf.argmax(x, axis)
    return tf.expand_dims(found, axis) if keepdims else found


def matches(texts: Any, pattern: str) -> Any:
    """Return whether all of a text matches; the engine is RE2, as in onnxruntime."""
    return tf.strings.regex_full_match(texts, pattern)


def table_of(
    *,
    keys_strings: Sequence[str] = (),
    values_int64s: Sequence[int] = (),
    default_int64: int = 0,
    keys_int64s: Sequence[int] = (),
    values_strings: Sequence[str] = (),
    default_string: str = "",
) -> Any:
    """Return the table of a `LabelEncoder`: text to numbers, or numbers to text."""
    if keys_strings:
        numbers = tf.constant(values_int64s, tf.int64)
        pairs = tf.lookup.KeyValueTensorInitializer(list(keys_strings), numbers)
        return tf.lookup.StaticHashTable(pairs, default_int64)
    numbers = tf.constant(keys_int64s, tf.int64)
    pairs = tf.lookup.KeyValueTensorInitializer(numbers, list(values_strings))
    return tf.lookup.StaticHashTable(pairs, default_string)


OPERATIONS: dict[str, Callable[..., Any]] = {
    "Abs": tf.abs,
    "Add": tf.add,
    "And": tf.logical_and,
    "ArgMax": largest_at,
    "Ceil": tf.math.ceil,
    "Clip": clipped,
    "Concat": joined,
    "Cos": tf.cos,
    "Div": divided,
    "Equal": tf.equal,
    "Exp": tf.exp,
    "Expand": tf.broadcast_to,
    "Floor": tf.floor,
    "Greater": tf.greater,
    "IsNaN": tf.math.is_nan,
    "Less": tf.less,
    "Log": tf.math.log,
    "MatMul": tf.matmul,
    "Max": tf.maximum,
    "Min": tf.minimum,
    "Mod": tf.math.floormod,
    "Mul": tf.multiply,
    "Not": tf.logical_not,
    "Or": tf.logical_or,
    "Pad": padded,
    "Range": tf.range,
    "ReduceMax": largest_of,
    "ReduceSum": summed,
    "RegexFullMatch": matches,
    "Reshape": tf.reshape,
    "Round": tf.round,  # halves to the even one, as in ONNX
    "Shape": shape_of,
    "Sign": tf.sign,
    "Sin": tf.sin,
    "Slice": part_of,
    "Squeeze": lambda x, axes: tf.squeeze(x, axis=int(axes[0])),
    "Sub": tf.subtract,
    "Transpose": lambda x, perm: tf.transpose(x, perm),
    "Unsqueeze": lambda x, axes: tf.expand_dims(x, axis=int(axes[0])),
    "Where": tf.where,
}


def type_of(dtype: Any) -> tf.DType:
    """Return TensorFlow's element type; `np.str_` stands for text."""
    return tf.string if np.dtype(dtype).kind == "U" else tf.as_dtype(np.dtype(dtype))
