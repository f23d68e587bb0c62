"""The functions that a SavedModel offers, made of a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from sidelight.export._tensorflow.graph import TensorFlowGraph
from sidelight.export._tensorflow.operations import type_of
from sidelight.export.steps.answer import add_answer
from sidelight.export.steps.front import add_front
from sidelight.export.steps.picture import add_picture
from sidelight.registry import GRAPHS

if TYPE_CHECKING:
    from sidelight.export._subject import Subject

Tensors = dict[str, Any]


class Serving:
    """What is traced, and what it needs when it is loaded again.

    Args:
        subject: What is exported.

    Attributes:
        tables: Look-up tables of all functions traced so far.
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.tables: list[Any] = []

    def raw(self, *, front: bool = False) -> Any:
        """Return the function of raw columns and pixels.

        Args:
            front: Whether it stops before the network.
        """
        ask = self._front if front else self._answers
        return _traced(ask, {**self._columns(), **self._pixels()})

    def encoded(self, *, front: bool = False) -> Any:
        """Return the function of raw columns and the bytes of JPEG or PNG files."""
        ask = self._front if front else self._answers

        def asked(given: Tensors) -> Tensors:
            return ask({**given, "image": self._decoded(given["image"])})

        image = {"image": tf.TensorSpec((None,), tf.string, name="image")}
        return _traced(asked, {**self._columns(), **image})

    def _columns(self) -> Tensors:
        return {
            self.subject.names[source]: tf.TensorSpec(
                (None,),
                type_of(GRAPHS.get(fitted.column.kind).obj.dtype),
                name=self.subject.names[source],
            )
            for fitted in self.subject.columns
            for source in fitted.column.sources
        }

    def _pixels(self) -> Tensors:
        if not self.subject.predictor.uses_image:
            return {}
        spec, rule = self.subject.image, self.subject.rule
        several = () if spec.pictures == 1 else (spec.pictures,)
        sides = (None, None) if self.subject.any_size else (rule.height, rule.width)
        shape = (None, *several, *sides, rule.bands)
        found = {"image": tf.TensorSpec(shape, type_of(rule.dtype), name="image")}
        if several:
            shape = (None, *several)
            found["pictures"] = tf.TensorSpec(shape, tf.float32, name="pictures")
        return found

    def _front(self, given: Tensors) -> Tensors:
        graph = TensorFlowGraph(given)
        made = add_front(graph, self.subject)
        self.tables += graph.tables
        return {name: graph.value(value) for name, value in made.items()}

    def _answers(self, given: Tensors) -> Tensors:
        network = self.subject.predictor.network
        answer = network(self._front(given), training=False)
        behind = TensorFlowGraph({"answer": answer})
        shape: list[str | int | None] = ["rows", answer.shape[-1]]
        value = behind.input("answer", np.float32, shape)
        add_answer(behind, self.subject.predictor, value)
        self.tables += behind.tables
        return behind.outputs

    def _decoded(self, files: Any) -> Any:
        """Return pictures of the model's size `(rows, height, width, bands)` uint8."""
        rule, spec = self.subject.rule, self.subject.image

        def one(file: Any) -> Any:
            pixels = _pixels_of(file, rule.bands)
            graph = TensorFlowGraph({"image": pixels[tf.newaxis]})
            resized = graph.value(add_picture(graph, "image", rule, spec))
            return tf.cast(resized[0], tf.uint8)  # whole numbers already

        made = tf.TensorSpec((rule.height, rule.width, rule.bands), tf.uint8)
        return tf.map_fn(one, files, fn_output_signature=made)


def _pixels_of(file: Any, bands: int) -> Any:
    """Decode a file as Pillow does: JPEGs with whole numbers and smooth colours."""

    def jpeg() -> Any:
        return tf.io.decode_jpeg(file, bands, dct_method="INTEGER_ACCURATE")

    def other() -> Any:
        return tf.io.decode_image(file, bands, expand_animations=False)

    pixels = tf.cond(tf.io.is_jpeg(file), jpeg, other)
    return tf.ensure_shape(pixels, (None, None, bands))


def _traced(ask: Callable[[Tensors], Tensors], inputs: Tensors) -> Any:
    def called(**given: Any) -> Tensors:
        return ask(given)

    return tf.function(called, autograph=False).get_concrete_function(**inputs)
