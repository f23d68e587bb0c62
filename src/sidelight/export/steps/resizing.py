"""The two steps of resizing in operations: blocks averaged, then a triangle filter.

Both work on one axis of `(pictures, bands, rows, columns)` after the other. Pillow
computes bytes in whole numbers, and these operations do what it does, bit by bit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sidelight.export._graph import Graph

ROWS, COLUMNS = 2, 3
MEAN_BITS, SHARE_BITS = 24, 22  # behind the point, of Pillow's means and weights


@dataclass(frozen=True)
class Axis:
    """One axis of a picture; all but `axis` are names of scalars in the graph.

    Attributes:
        axis: Its number.
        found: Pixels that there are, int64.
        start: Where the part that is used begins, float64.
        end: Where it ends, float64.
        size: Pixels that it is brought to, int64.
        corner: Where they are put, int64.
    """

    axis: int
    found: str
    start: str
    end: str
    size: str
    corner: str


def averaged(
    graph: Graph, pixels: str, axes: tuple[Axis, Axis], *, in_bytes: bool
) -> tuple[str, tuple[Axis, Axis]]:
    """Average whole blocks of pixels of a picture at least twice as large as needed."""
    one = graph.constant(1, np.int64)
    factors = []
    for axis in axes:
        factor = graph.cast(_scale(graph, axis), np.int64)
        factors.append(graph.add("Max", factor, one))
    is_one = [graph.add("Equal", factor, one) for factor in factors]
    untouched = graph.add("And", *is_one)
    moved, counts = [], []
    for axis, factor in zip(axes, factors, strict=True):
        pixels, after, count = _in_blocks(graph, pixels, axis, factor, untouched)
        moved.append(after)
        counts.append(count)
    area = graph.add("Mul", graph.column(counts[0]), counts[1])
    rows, columns = moved
    if in_bytes:
        return _byte_means(graph, pixels, area), (rows, columns)
    mean = graph.add("Div", pixels, area)
    return graph.cast(mean, np.float64), (rows, columns)


def _byte_means(graph: Graph, sums: str, area: str) -> str:
    """Return means as Pillow makes bytes of them: times a reciprocal in whole bits.

    It errs by one where a mean is just rounded up, and so does every pack.
    """
    wide = graph.cast(area, np.float64)
    unit = graph.constant(2**MEAN_BITS, np.float64)
    half = graph.add("Floor", graph.add("Div", wide, graph.constant(2, np.float64)))
    reciprocal = graph.add("Floor", graph.add("Div", unit, wide))
    raised = graph.add("Add", graph.cast(sums, np.float64), half)
    product = graph.add("Mul", raised, reciprocal)
    return graph.add("Floor", graph.add("Div", product, unit))


def _in_blocks(
    graph: Graph, pixels: str, axis: Axis, factor: str, untouched: str
) -> tuple[str, Axis, str]:
    """Return sums of blocks along an axis, the axis after it, and pixels a block."""

    def number(value: int | list[int]) -> str:
        return graph.constant(value, np.int64)

    margin = graph.add("Mul", _scale(graph, axis), graph.constant(0.5, np.float64))
    low = graph.cast(graph.add("Sub", axis.start, margin), np.int64)
    low = graph.add("Where", untouched, number(0), graph.add("Max", low, number(0)))
    high = graph.add("Ceil", graph.add("Add", axis.end, margin))
    high = graph.add("Min", graph.cast(high, np.int64), axis.found)
    high = graph.add("Where", untouched, axis.found, high)
    used = graph.add("Sub", high, low)
    blocks = _ceil_div(graph, used, factor)
    beyond = graph.add("Sub", graph.add("Mul", blocks, factor), used)

    pixels = graph.add(
        "Slice",
        pixels,
        as_vector(graph, low),
        as_vector(graph, high),
        number([axis.axis]),
    )
    pads = graph.side_by_side([number([0]), as_vector(graph, beyond)], axis=0)
    black = graph.constant(0, np.float32)
    pixels = graph.add("Pad", pixels, pads, black, number([axis.axis]))
    shape = graph.side_by_side(
        [
            graph.add("Shape", pixels, end=axis.axis),
            as_vector(graph, blocks),
            as_vector(graph, factor),
            *([] if axis.axis == COLUMNS else [graph.add("Shape", pixels, start=3)]),
        ],
        axis=0,
    )
    pixels = graph.add("Reshape", pixels, shape)
    pixels = graph.add("ReduceSum", pixels, number([axis.axis + 1]), keepdims=0)

    places = graph.add("Range", number(0), blocks, number(1))
    left = graph.add("Sub", used, graph.add("Mul", places, factor))
    count = graph.cast(graph.add("Min", left, factor), np.float32)
    ends = [
        graph.add(
            "Div",
            graph.add("Sub", end, graph.cast(low, np.float64)),
            graph.cast(factor, np.float64),
        )
        for end in (axis.start, axis.end)
    ]
    return pixels, replace(axis, found=blocks, start=ends[0], end=ends[1]), count


def filter_weights(graph: Graph, axis: Axis, *, in_bits: bool) -> str:
    """Return `(size, found)` float64: the share of each pixel in each result.

    Args:
        graph: The graph.
        axis: The axis.
        in_bits: Whether shares are whole multiples of 2^-22, as Pillow has them for
            bytes; sums of them are exact, so that no tie is broken another way.
    """
    zero, one = (graph.constant(value, np.int64) for value in (0, 1))
    half = graph.constant(0.5, np.float64)

    def middles(count: str) -> str:
        places = graph.cast(graph.add("Range", zero, count, one), np.float64)
        return graph.add("Add", places, half)

    # Pillow takes the ends of what is used in float32.
    start, end = (graph.cast(end, np.float32) for end in (axis.start, axis.end))
    used = graph.cast(graph.add("Sub", end, start), np.float64)
    scale = graph.add("Div", used, graph.cast(axis.size, np.float64))
    reach = graph.add("Max", scale, graph.constant(1, np.float64))
    centers = graph.add("Mul", middles(axis.size), scale)
    first = graph.cast(start, np.float64)
    centers = graph.column(graph.add("Add", centers, first))
    apart = graph.add("Abs", graph.add("Sub", middles(axis.found), centers))
    near = graph.add(
        "Sub", graph.constant(1, np.float64), graph.add("Div", apart, reach)
    )
    weights = graph.add("Max", near, graph.constant(0, np.float64))
    total = graph.add("ReduceSum", weights, graph.constant([1], np.int64))
    shares = graph.add("Div", weights, total)
    if not in_bits:
        return shares
    unit = graph.constant(2**SHARE_BITS, np.float64)
    return graph.add("Div", rounded(graph, graph.add("Mul", shares, unit)), unit)


def rounded(graph: Graph, pixels: str) -> str:
    """Return whole numbers, halves rounded up."""
    half = graph.constant(0.5, np.float64)
    return graph.add("Floor", graph.add("Add", pixels, half))


def _scale(graph: Graph, axis: Axis) -> str:
    """Return how many pixels a pixel of the result is made of."""
    used = graph.add("Sub", axis.end, axis.start)
    return graph.add("Div", used, graph.cast(axis.size, np.float64))


def length_of(graph: Graph, pixels: str, axis: int) -> str:
    """Return the length of an axis as a scalar."""
    shape = graph.add("Shape", pixels, start=axis, end=axis + 1)
    return graph.add("Squeeze", shape, graph.constant([0], np.int64))


def as_vector(graph: Graph, scalar: str) -> str:
    """Return `(1,)` of a scalar."""
    return graph.add("Unsqueeze", scalar, graph.constant([0], np.int64))


def _ceil_div(graph: Graph, value: str, divisor: str) -> str:
    one = graph.constant(1, np.int64)
    less = graph.add("Sub", graph.add("Add", value, divisor), one)
    return graph.add("Div", less, divisor)
