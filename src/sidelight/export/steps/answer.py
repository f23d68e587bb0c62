"""What stands behind the network: probabilities and labels, or numbers in units."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sidelight.preprocessing import LARGEST_LOG

if TYPE_CHECKING:
    from sidelight.export._graph import Graph
    from sidelight.predictor import Predictor

PROBABILITY, LABEL, PREDICTION = "probability", "label", "prediction"


def add_answer(graph: Graph, predictor: Predictor, answer: str) -> None:
    """Add the outputs.

    Classes: "probability" `(rows, classes)` float32 and "label" `(rows,)` text. Labels:
    "probability" `(rows, labels)`. Numbers: "prediction" float64 in the targets' units,
    `(rows,)` of one target and `(rows, targets)` of several.
    """
    if not predictor.classes:
        _numbers(graph, predictor, answer)
        return
    probability = answer
    if predictor.task == "binary":
        rest = graph.add("Sub", graph.constant(1, np.float32), answer)
        probability = graph.side_by_side([rest, answer])
    classes = len(predictor.classes)
    graph.output(probability, PROBABILITY, np.float32, ["rows", classes])
    if predictor.task != "multilabel":
        best = graph.add("ArgMax", probability, axis=1, keepdims=0)
        label = graph.add(
            "LabelEncoder",
            best,
            keys_int64s=list(range(classes)),
            values_strings=predictor.classes,
            default_string="",
        )
        graph.output(label, LABEL, np.str_, ["rows"])


def _numbers(graph: Graph, predictor: Predictor, answer: str) -> None:
    target = predictor.preprocessor.known_target
    wide = graph.cast(answer, np.float64)
    scaled = graph.add("Mul", wide, graph.constant(target.spreads, np.float64))
    values = graph.add("Add", scaled, graph.constant(target.centers, np.float64))
    if target.log:
        ends = [graph.constant(end, np.float64) for end in (0, LARGEST_LOG)]
        grown = graph.add("Exp", graph.add("Clip", values, *ends))
        values = graph.add("Sub", grown, graph.constant(1, np.float64))
    if target.num_outputs > 1:
        graph.output(values, PREDICTION, np.float64, ["rows", target.num_outputs])
        return
    flat = graph.add("Squeeze", values, graph.constant([1], np.int64))
    graph.output(flat, PREDICTION, np.float64, ["rows"])
