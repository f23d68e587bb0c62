"""Pictures of any size to the model's size: the run's resize rule in operations.

The arithmetic is that of `images`: whole blocks of pixels are averaged, then a triangle
filter as wide as the step between results does the rest. Sizes are known only when the
file is used, so places and weights are computed in it, axis by axis.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sidelight.export.steps.resizing import (
    COLUMNS,
    ROWS,
    Axis,
    as_vector,
    averaged,
    filter_weights,
    length_of,
    rounded,
)

if TYPE_CHECKING:
    from sidelight.export._graph import Graph
    from sidelight.pixels import ImageRule
    from sidelight.schema import ImageSpec


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
    pixels = graph.choose(
        graph.cast(differs, np.bool_),
        lambda branch: _resized(branch, found, rule),
        lambda branch: branch.cast(found, np.float32),
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


def _fitted(graph: Graph, pixels: str, rule: ImageRule) -> str:
    axes = _placed(graph, pixels, rule)
    # Pillow keeps bytes between its steps where it knows the kind of picture.
    in_bytes = rule.bands in (1, 3)
    pixels, axes = averaged(graph, pixels, axes, in_bytes=in_bytes)
    rows, columns = axes
    weights = filter_weights(graph, columns, in_bits=in_bytes)
    across = graph.add("Transpose", weights, perm=[1, 0])
    down = filter_weights(graph, rows, in_bits=in_bytes)

    def in_order(branch: Graph, *axes: int) -> str:
        found = pixels
        for axis in axes:
            factors = (down, found) if axis == ROWS else (found, across)
            found = _kept(branch, branch.add("MatMul", *factors), in_bytes=in_bytes)
        return found

    pixels = graph.choose(
        _is_rows_first(graph, rows, columns),
        lambda branch: in_order(branch, ROWS, COLUMNS),
        lambda branch: in_order(branch, COLUMNS, ROWS),
        np.float64,
    )
    pixels = graph.add("Round", pixels)
    return _on_black(graph, pixels, axes, rule) if rule.resize == "pad" else pixels


def _is_rows_first(graph: Graph, rows: Axis, columns: Axis) -> str:
    """Return which side Pillow 13 begins with: columns, unless rows shrink far more."""
    removed = [graph.add("Sub", axis.found, axis.size) for axis in (rows, columns)]
    two, none = (graph.constant(number, np.int64) for number in (2, 0))
    far_more = graph.add("Greater", removed[0], graph.add("Mul", removed[1], two))
    return graph.add("And", graph.add("Greater", removed[0], none), far_more)


def _kept(graph: Graph, pixels: str, *, in_bytes: bool) -> str:
    """Return pixels as Pillow keeps them: bytes, or float32."""
    if in_bytes:
        return rounded(graph, pixels)
    return graph.cast(graph.cast(pixels, np.float32), np.float64)


def _placed(graph: Graph, pixels: str, rule: ImageRule) -> tuple[Axis, Axis]:
    """Return what `images.place` does: which part fills which part of the result."""
    wanted = {ROWS: rule.height, COLUMNS: rule.width}
    found = {axis: length_of(graph, pixels, axis) for axis in wanted}
    zero = graph.constant(0, np.float64)
    sizes = {axis: graph.constant(size, np.int64) for axis, size in wanted.items()}
    ends = {axis: graph.cast(size, np.float64) for axis, size in found.items()}
    corner = graph.constant(0, np.int64)

    def whole(axis: int) -> Axis:
        return Axis(axis, found[axis], zero, ends[axis], sizes[axis], corner)

    if rule.resize == "stretch":
        return whole(ROWS), whole(COLUMNS)
    goals = {axis: graph.constant(size, np.float64) for axis, size in wanted.items()}
    ratios = [graph.add("Div", goals[axis], ends[axis]) for axis in wanted]
    scale = graph.add("Min" if rule.resize == "pad" else "Max", *ratios)
    rows, columns = whole(ROWS), whole(COLUMNS)
    if rule.resize == "pad":
        return (
            _shrunk(graph, rows, rule.height, scale),
            _shrunk(graph, columns, rule.width, scale),
        )
    return (
        _cut(graph, rows, goals[ROWS], scale),
        _cut(graph, columns, goals[COLUMNS], scale),
    )


def _shrunk(graph: Graph, axis: Axis, wanted: int, scale: str) -> Axis:
    """Return the axis brought to its share of the result, and put in the middle."""
    exact = graph.add("Mul", axis.end, scale)
    size = graph.cast(graph.add("Round", exact), np.int64)
    ends = [graph.constant(end, np.int64) for end in (1, wanted)]
    size = graph.add("Clip", size, *ends)
    free = graph.add("Sub", graph.constant(wanted, np.int64), size)
    corner = graph.add("Div", free, graph.constant(2, np.int64))
    return replace(axis, size=size, corner=corner)


def _cut(graph: Graph, axis: Axis, wanted: str, scale: str) -> Axis:
    """Return the axis with its middle used only."""
    used = graph.add("Div", wanted, scale)
    free = graph.add("Max", graph.add("Sub", axis.end, used), axis.start)
    start = graph.add("Div", free, graph.constant(2, np.float64))
    end = graph.add("Min", graph.add("Add", start, used), axis.end)
    return replace(axis, start=start, end=end)


def _on_black(
    graph: Graph, pixels: str, axes: tuple[Axis, Axis], rule: ImageRule
) -> str:
    before, after = [], []
    for axis, wanted in zip(axes, (rule.height, rule.width), strict=True):
        free = graph.add("Sub", graph.constant(wanted, np.int64), axis.size)
        before.append(as_vector(graph, axis.corner))
        after.append(as_vector(graph, graph.add("Sub", free, axis.corner)))
    pads = graph.side_by_side([*before, *after], axis=0)
    black = graph.constant(0, np.float64)
    return graph.add("Pad", pixels, pads, black, graph.constant([2, 3], np.int64))
