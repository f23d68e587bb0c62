"""A functional model made again layer by layer, so that hooks can work on it.

Networks of `keras.applications` give layers names that count what the process has built
before, nest some layers in others, add tensors without a layer, and write depthwise
convolutions as grouped ones, which exporters do not read. Here every layer is made
again, with a name that depends on nothing else, none inside another, each addition a
layer, and each depthwise convolution called so. The function stays the same.
"""

from __future__ import annotations

import re
from typing import Any

import keras

from sidelight.nn.weights import widen

Pairs = list[tuple[Any, Any]]


def rebuild(source: keras.Model, image: Any, entered: Any) -> tuple[Any, Pairs]:
    """Call a fresh copy of every layer of `source`.

    Args:
        source: A functional model with one input.
        image: The `keras.Input` of the new network; its bands may differ.
        entered: What the first layer reads, made of `image`.

    Returns:
        The symbolic output, and every pair of an old and a new layer with weights.
    """
    names = _stable_names(source)
    pairs: Pairs = []

    def made(layer: Any) -> Any:
        fresh = _fresh(layer, names.get(layer.name, layer.name))
        pairs.append((layer, fresh))
        return fresh

    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        args = tuple(entered if argument is image else argument for argument in args)
        if isinstance(layer, keras.Sequential):
            outputs = args[0]
            for inner in layer.layers:
                outputs = made(inner)(outputs)
            return outputs
        if _adds_tensors(layer, args):
            return keras.layers.Add(name=names[layer.name])(args)
        return made(layer)(*args, **kwargs)

    copy = keras.models.clone_model(
        source,
        input_tensors=image,
        clone_function=lambda layer: layer,
        call_function=call,
    )
    return copy.output, [pair for pair in pairs if _has_weights(pair)]


def copy_weights(pairs: Pairs) -> None:
    """Give each new layer the weights of the old one, in its own shapes."""
    for old, new in pairs:
        shapes = [tuple(weight.shape) for weight in new.weights]
        values = zip(old.get_weights(), shapes, strict=True)
        new.set_weights([_fit(value, shape) for value, shape in values])


def _has_weights(pair: tuple[Any, Any]) -> bool:
    return bool(getattr(pair[0], "weights", ()))


def _adds_tensors(layer: Any, args: tuple[Any, ...]) -> bool:
    """Return whether this is `a + b` on two maps, which Keras keeps out of `layers`."""
    if isinstance(layer, keras.layers.Layer) or type(layer).__name__ != "Add":
        return False
    return all(isinstance(argument, keras.KerasTensor) for argument in args)


def _fit(value: Any, shape: tuple[int, ...]) -> Any:
    if value.shape == shape:
        return value
    if value.shape[2] == 1:  # a grouped kernel (h, w, 1, c) as a depthwise one
        return value.transpose(0, 1, 3, 2)
    return widen(value, shape[2])


def _fresh(layer: Any, name: str) -> Any:
    config = {**layer.get_config(), "name": name}
    if isinstance(layer, keras.layers.Conv2D) and _is_depthwise(layer):
        kept = ("kernel_size", "strides", "padding", "dilation_rate", "use_bias")
        return keras.layers.DepthwiseConv2D(name=name, **{k: config[k] for k in kept})
    return type(layer).from_config(config)


def _is_depthwise(layer: Any) -> bool:
    return layer.groups > 1 and layer.groups == layer.filters == layer.input.shape[-1]


def _stable_names(source: keras.Model) -> dict[str, str]:
    """Return what the layers that Keras named would be called in a fresh process."""
    counted: dict[str, list[tuple[int, str]]] = {}
    for operation in source.operations:
        kind = _snake(type(operation).__name__)
        match = re.fullmatch(rf"{kind}(?:_(\d+))?", operation.name)
        if match:
            number = int(match.group(1) or 0)
            counted.setdefault(kind, []).append((number, operation.name))
    return {
        name: f"{kind}_{rank}" if rank else kind
        for kind, found in counted.items()
        for rank, (_, name) in enumerate(sorted(found))
    }


def _snake(name: str) -> str:
    """Return a class name as Keras writes it in front of a number."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
