"""Pictures of any size to the model's size: the run's resize rule as ONNX nodes.

The arithmetic is that of `images`: whole blocks of pixels are averaged, then a triangle
filter as wide as the step between results does the rest. Sizes are known only when the
file is used, so places and weights are computed in it, axis by axis.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sidelight.export._onnx.graph import Graph
    from sidelight.images import ImageRule
    from sidelight.schema import ImageSpec

ROWS, COLUMNS = 2, 3  # axes of (pictures, bands, rows, columns)
# Pillow computes bytes in whole numbers, with so many bits behind the point.
MEAN_BITS, SHARE_BITS = 24, 22


def add_picture(graph: Graph, name: str, rule: ImageRule, spec: ImageSpec) -> str:
    """Add the input of pictures, and the nodes that bring them to the network's size.

    8-bit pictures without nodata may have any size. Others are taken as packed: in the
    pack's units and of the model's size.

    Args:
        graph: The graph.
        name: Name of the input.
        rule: The run's resize rule.
        spec: The network's input.

    Returns:
        float32, of the network's input shape.
    """
    several: list[str | int | None] = [] if spec.pictures == 1 else [spec.pictures]
    sides: list[str | int | None]
    if rule.marks_absent:
        sides = [rule.height, rule.width, rule.bands]
        found = graph.input(name, rule.dtype, ["rows", *several, *sides])
        return graph.cast(found, np.float32)
    sides = ["height", "width", rule.bands]
    found = graph.input(name, np.uint8, ["rows", *several, *sides])
    if several:
        found = _one_by_one(graph, found)
    size = graph.add("Shape", found, start=1, end=3)
    wanted = graph.constant([rule.height, rule.width], np.int64)
    differs = graph.cast(graph.add("Sub", size, wanted), np.bool_)
    differs = graph.add("ReduceMax", graph.cast(differs, np.int32), keepdims=0)
    as_it_is, resized = graph.branch("as_it_is"), graph.branch("resized")
    pixels = graph.choose(
        graph.cast(differs, np.bool_),
        (resized, _resized(resized, found, rule)),
        (as_it_is, as_it_is.cast(found, np.float32)),
        np.float32,
    )
    return graph.add("Reshape", pixels, graph.constant([-1, *spec.shape], np.int64))


def _resized(graph: Graph, pictures: str, rule: ImageRule) -> str:
    bands_first = graph.add("Transpose", pictures, perm=[0, 3, 1, 2])
    pixels = _fitted(graph, graph.cast(bands_first, np.float32), rule)
    upright = graph.add("Transpose", pixels, perm=[0, 2, 3, 1])
    return graph.cast(upright, np.float32)


def _one_by_one(graph: Graph, pictures: str) -> str:
    shape = graph.add("Shape", pictures, start=2)
    shape = graph.side_by_side([graph.constant([-1], np.int64), shape], axis=0)
    return graph.add("Reshape", pictures, shape)


@dataclass(frozen=True)
class _Axis:
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


def _fitted(graph: Graph, pixels: str, rule: ImageRule) -> str:
    axes = _placed(graph, pixels, rule)
    # Pillow keeps bytes between its steps where it knows the kind of picture.
    in_bytes = rule.bands in (1, 3)
    pixels, axes = _averaged(graph, pixels, axes, in_bytes=in_bytes)
    rows, columns = axes
    weights = _weights(graph, columns, in_bits=in_bytes)
    across = graph.add("Transpose", weights, perm=[1, 0])
    down = _weights(graph, rows, in_bits=in_bytes)

    def in_order(branch: Graph, *axes: int) -> tuple[Graph, str]:
        found = pixels
        for axis in axes:
            factors = (down, found) if axis == ROWS else (found, across)
            found = _kept(branch, branch.add("MatMul", *factors), in_bytes=in_bytes)
        return branch, found

    pixels = graph.choose(
        _is_rows_first(graph, rows, columns),
        in_order(graph.branch("rows_first"), ROWS, COLUMNS),
        in_order(graph.branch("columns_first"), COLUMNS, ROWS),
        np.float64,
    )
    pixels = graph.add("Round", pixels)
    return _on_black(graph, pixels, axes, rule) if rule.resize == "pad" else pixels


def _is_rows_first(graph: Graph, rows: _Axis, columns: _Axis) -> str:
    """Return which side Pillow 13 begins with: columns, unless rows shrink far more."""
    removed = [graph.add("Sub", axis.found, axis.size) for axis in (rows, columns)]
    two, none = (graph.constant(number, np.int64) for number in (2, 0))
    far_more = graph.add("Greater", removed[0], graph.add("Mul", removed[1], two))
    return graph.add("And", graph.add("Greater", removed[0], none), far_more)


def _kept(graph: Graph, pixels: str, *, in_bytes: bool) -> str:
    """Return pixels as Pillow keeps them: bytes, or float32."""
    if in_bytes:
        return _rounded(graph, pixels)
    return graph.cast(graph.cast(pixels, np.float32), np.float64)


def _placed(graph: Graph, pixels: str, rule: ImageRule) -> tuple[_Axis, _Axis]:
    """Return what `images.place` does: which part fills which part of the result."""
    wanted = {ROWS: rule.height, COLUMNS: rule.width}
    found = {axis: _length(graph, pixels, axis) for axis in wanted}
    zero = graph.constant(0, np.float64)
    sizes = {axis: graph.constant(size, np.int64) for axis, size in wanted.items()}
    ends = {axis: graph.cast(size, np.float64) for axis, size in found.items()}
    corner = graph.constant(0, np.int64)

    def whole(axis: int) -> _Axis:
        return _Axis(axis, found[axis], zero, ends[axis], sizes[axis], corner)

    if rule.resize == "stretch":
        return whole(ROWS), whole(COLUMNS)
    goals = {axis: graph.constant(size, np.float64) for axis, size in wanted.items()}
    ratios = [graph.add("Div", goals[axis], ends[axis]) for axis in wanted]
    scale = graph.add("Min" if rule.resize == "pad" else "Max", *ratios)
    if rule.resize == "pad":
        return tuple(_shrunk(graph, whole(a), wanted[a], scale) for a in wanted)  # type: ignore[return-value]
    return tuple(_cut(graph, whole(a), goals[a], scale) for a in wanted)  # type: ignore[return-value]


def _shrunk(graph: Graph, axis: _Axis, wanted: int, scale: str) -> _Axis:
    """Return the axis brought to its share of the result, and put in the middle."""
    exact = graph.add("Mul", axis.end, scale)
    size = graph.cast(graph.add("Round", exact), np.int64)
    ends = [graph.constant(end, np.int64) for end in (1, wanted)]
    size = graph.add("Clip", size, *ends)
    free = graph.add("Sub", graph.constant(wanted, np.int64), size)
    corner = graph.add("Div", free, graph.constant(2, np.int64))
    return replace(axis, size=size, corner=corner)


def _cut(graph: Graph, axis: _Axis, wanted: str, scale: str) -> _Axis:
    """Return the axis with its middle used only."""
    used = graph.add("Div", wanted, scale)
    free = graph.add("Max", graph.add("Sub", axis.end, used), axis.start)
    start = graph.add("Div", free, graph.constant(2, np.float64))
    end = graph.add("Min", graph.add("Add", start, used), axis.end)
    return replace(axis, start=start, end=end)


def _averaged(
    graph: Graph, pixels: str, axes: tuple[_Axis, _Axis], *, in_bytes: bool
) -> tuple[str, tuple[_Axis, _Axis]]:
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
    graph: Graph, pixels: str, axis: _Axis, factor: str, untouched: str
) -> tuple[str, _Axis, str]:
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
        _vector(graph, low),
        _vector(graph, high),
        number([axis.axis]),
    )
    pads = graph.side_by_side([number([0]), _vector(graph, beyond)], axis=0)
    black = graph.constant(0, np.float32)
    pixels = graph.add("Pad", pixels, pads, black, number([axis.axis]))
    shape = graph.side_by_side(
        [
            graph.add("Shape", pixels, end=axis.axis),
            _vector(graph, blocks),
            _vector(graph, factor),
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


def _weights(graph: Graph, axis: _Axis, *, in_bits: bool) -> str:
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
    return graph.add("Div", _rounded(graph, graph.add("Mul", shares, unit)), unit)


def _on_black(
    graph: Graph, pixels: str, axes: tuple[_Axis, _Axis], rule: ImageRule
) -> str:
    before, after = [], []
    for axis, wanted in zip(axes, (rule.height, rule.width), strict=True):
        free = graph.add("Sub", graph.constant(wanted, np.int64), axis.size)
        before.append(_vector(graph, axis.corner))
        after.append(_vector(graph, graph.add("Sub", free, axis.corner)))
    pads = graph.side_by_side([*before, *after], axis=0)
    black = graph.constant(0, np.float64)
    return graph.add("Pad", pixels, pads, black, graph.constant([2, 3], np.int64))


def _rounded(graph: Graph, pixels: str) -> str:
    half = graph.constant(0.5, np.float64)
    return graph.add("Floor", graph.add("Add", pixels, half))


def _scale(graph: Graph, axis: _Axis) -> str:
    """Return how many pixels a pixel of the result is made of."""
    used = graph.add("Sub", axis.end, axis.start)
    return graph.add("Div", used, graph.cast(axis.size, np.float64))


def _length(graph: Graph, pixels: str, axis: int) -> str:
    shape = graph.add("Shape", pixels, start=axis, end=axis + 1)
    return graph.add("Squeeze", shape, graph.constant([0], np.int64))


def _vector(graph: Graph, scalar: str) -> str:
    return graph.add("Unsqueeze", scalar, graph.constant([0], np.int64))


def _ceil_div(graph: Graph, value: str, divisor: str) -> str:
    one = graph.constant(1, np.int64)
    less = graph.add("Sub", graph.add("Add", value, divisor), one)
    return graph.add("Div", less, divisor)
