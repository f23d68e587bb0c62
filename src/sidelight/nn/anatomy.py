"""Where a user's image model can be cut: its stages, its features, its logits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from sidelight.errors import ConfigError
from sidelight.nn.trace import retrace

# A map counts as a new stage when it is smaller than this part of the one before;
# convolutions without padding only nibble at the borders.
SMALLER = 0.75
POOLING = (
    keras.layers.GlobalAveragePooling2D,
    keras.layers.GlobalMaxPooling2D,
    keras.layers.Flatten,
)
BORDERS = (keras.layers.ZeroPadding2D, keras.layers.Cropping2D)
ENDINGS = (keras.layers.Activation, keras.layers.Softmax)


@dataclass(frozen=True)
class Anatomy:
    """The layers of a model between which a fusion can act.

    Attributes:
        stages: The last layer of each stage; a stage has one resolution.
        features: The layer that gives the feature vector `(batch, features)`; None if
            the model ends in a map.
        logits: The layer that gives the logits, a dense one unless the classifier is a
            convolution; None if there is no classifier.
        last: The layer that gives the model's output.
    """

    stages: tuple[str, ...]
    features: str | None
    logits: str | None
    last: str


@dataclass(frozen=True)
class _Call:
    """One layer's call; `alone` where every path through the model goes through it."""

    layer: Any
    shape: tuple[int | None, ...]
    alone: bool

    @property
    def height(self) -> int:
        return self.shape[1] or 0

    @property
    def is_map(self) -> bool:
        return len(self.shape) == 4 and not isinstance(self.layer, BORDERS)


def dissect(model: keras.Model) -> Anatomy:
    """Find the stages, the feature vector and the logits of an image model.

    A stage ends with the last layer of its resolution that every path goes through;
    where skip connections leave no such layer, with the last layer of the resolution.
    The features are what the last pooling or `Flatten` gives, the logits what the last
    dense layer gives.

    Args:
        model: A functional model from images to a vector or a map.

    Raises:
        ConfigError: If there is no convolution whose output could be a stage.
    """
    calls = _calls(model)
    body, tail = _before_pooling(calls)
    stages = _stage_ends(body)
    if not stages:
        problem = f"model {model.name!r} has no stage: no convolution gives a map"
        raise ConfigError(
            problem,
            fix="Fuse a convolutional model of images (batch, height, width, bands).",
        )
    features, logits = _head(tail)
    return Anatomy(
        stages=tuple(call.layer.name for call in stages),
        features=features.layer.name if features else None,
        logits=logits.layer.name if logits else None,
        last=calls[-1].layer.name,
    )


def _head(tail: list[_Call]) -> tuple[_Call | None, _Call | None]:
    """Return what gives the features and what gives the logits, behind the maps."""
    vectors = [call for call in tail if len(call.shape) == 2]
    scores = [call for call in vectors if not isinstance(call.layer, ENDINGS)]
    if any(isinstance(call.layer, keras.layers.Conv2D) for call in tail):
        # The classifier is a convolution: there is no vector of features before it.
        return None, scores[-1] if scores else None
    dense = [call for call in scores if isinstance(call.layer, keras.layers.Dense)]
    logits = dense[-1] if dense and dense[-1] is scores[-1] else None
    before = vectors if logits is None else vectors[: vectors.index(logits)]
    pooled = [call for call in before if isinstance(call.layer, POOLING)]
    return next(iter(reversed(pooled or before)), None), logits


def _calls(model: keras.Model) -> list[_Call]:
    """Return the layers' calls in the order of their depth."""
    made: list[tuple[Any, list[Any], Any]] = []

    def record(layer: Any, inputs: Any, outputs: Any) -> Any:
        made.append((layer, keras.tree.flatten(inputs), outputs))
        return outputs

    image = keras.Input(model.input.shape[1:], dtype=model.input.dtype)
    retrace(model, image, [], enter=lambda x: x, after=record)
    last_use = {id(t): i for i, (_, given, _) in enumerate(made) for t in given}
    calls, open_until = [], -1
    for i, (layer, _, outputs) in enumerate(made):
        # Nothing made earlier is needed later: this output is all that goes on.
        calls.append(_Call(layer, tuple(outputs.shape), open_until <= i))
        open_until = max(open_until, last_use.get(id(outputs), -1))
    return calls


def _before_pooling(calls: list[_Call]) -> tuple[list[_Call], list[_Call]]:
    """Split where every path has been pooled or flattened to a vector."""
    for i, call in enumerate(calls):
        vector = len(call.shape) == 2 or isinstance(call.layer, POOLING)
        if call.alone and vector:
            return calls[:i], calls[i:]
    return calls, []


def _stage_ends(calls: list[_Call]) -> list[_Call]:
    first = next(
        (i for i, c in enumerate(calls) if isinstance(c.layer, keras.layers.Conv2D)),
        len(calls),
    )
    maps = [c for c in calls[first:] if c.is_map and (c.alone or c.height > 1)]
    ends = []
    while maps:
        highest = max(call.height for call in maps)
        level = [call for call in maps if call.height >= SMALLER * highest]
        maps = [call for call in maps if call.height < SMALLER * highest]
        through = [call for call in level if call.alone]
        ends.append((through or level)[-1])
    return ends
