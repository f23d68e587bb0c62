"""What stands before the network: the inputs as a user has them, encoded by nodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sidelight.export.steps.picture import add_picture
from sidelight.registry import GRAPHS

if TYPE_CHECKING:
    from sidelight.export._graph import Graph
    from sidelight.export._subject import Subject


@dataclass(frozen=True)
class _Encoded:
    """One column in the graph.

    Attributes:
        block: The network's input that it is part of.
        values: `(rows, width)`.
        absent: `(rows, 1)` bool; "" where nobody asks.
    """

    block: str
    values: str
    absent: str


def add_front(graph: Graph, subject: Subject) -> dict[str, str]:
    """Add the inputs and all that is done before the network.

    Returns:
        By input of the network, the value in the graph that it gets.
    """
    network = subject.predictor.network
    encoded = [_column(graph, subject, fitted) for fitted in subject.columns]
    made = {}
    for block in ("numeric", "categorical"):
        parts = [column.values for column in encoded if column.block == block]
        if block in network.input:
            made[block] = graph.side_by_side(parts)
    if "image" in network.input:
        rule, spec = subject.rule, subject.image
        made["image"] = add_picture(graph, "image", rule, spec)
    if "pictures" in network.input:
        count = subject.image.pictures
        made["pictures"] = graph.input("pictures", np.float32, ["rows", count])
    if "present" in network.input:
        made["present"] = _present(graph, encoded)
    return {name: made[name] for name in network.input}


def _column(graph: Graph, subject: Subject, fitted: Any) -> _Encoded:
    raw = GRAPHS.get(fitted.column.kind).obj(fitted, subject.nulls)
    sources = [
        graph.input(subject.names[source], raw.dtype, ["rows"])
        for source in fitted.column.sources
    ]
    values = raw.encode(graph, sources)
    asked = "present" in subject.predictor.network.input
    absent = graph.column(raw.absent(graph, sources)) if asked else ""
    return _Encoded(fitted.block, values, absent)


def _present(graph: Graph, encoded: list[_Encoded]) -> str:
    """Return `Preprocessor.present`; every row of an exported model has a picture."""
    ordered = [
        column.absent
        for block in ("numeric", "categorical")
        for column in encoded
        if column.block == block
    ]
    absent = graph.side_by_side(ordered)
    there = graph.cast(graph.add("Not", absent), np.float32)
    rows = graph.add("Shape", there, end=1)
    shape = graph.side_by_side([rows, graph.constant([1], np.int64)], axis=0)
    picture = graph.add("Expand", graph.constant([[1]], np.float32), shape)
    return graph.side_by_side([there, picture])
