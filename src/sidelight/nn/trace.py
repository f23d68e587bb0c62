"""Put hooks between the layers of any functional model, without rewriting it.

The model is traced again with Keras' public `clone_model`: the same layers are called
in the same order, and after each call the hook may change the result. Weights are
shared with the original, so pretrained weights stay where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras


def retrace(
    model: keras.Model,
    image: Any,
    others: Sequence[Any],
    *,
    enter: Callable[[Any], Any],
    after: Callable[[Any, Any, Any], Any],
) -> Any:
    """Call every layer of `model` again on new inputs, with a hook after each.

    Layers of models inside the model are called one by one too.

    Args:
        model: A functional model with one input and one output.
        image: A `keras.Input` of the model's input shape.
        others: Every other `keras.Input` that the hooks draw on. They become inputs of
            the traced model: a hook that only closed over them would not be connected.
        enter: `enter(image) -> image`, before the first layer.
        after: `after(layer, inputs, outputs) -> outputs`, behind every layer.

    Returns:
        The symbolic output, connected to `image` and `others`.
    """
    stand_ins = [keras.Input(t.shape[1:], dtype=t.dtype) for t in others]
    # A list only where there are several: clone_model holds both structures together.
    model = inlined(model)
    inputs = [model.input, *stand_ins] if stand_ins else model.input
    tensors = [image, *others] if stand_ins else image
    twin = keras.Model(inputs, model.output)
    entered = enter(image)

    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        args = tuple(entered if argument is image else argument for argument in args)
        outputs = layer(*args, **kwargs)
        return after(layer, args[0] if len(args) == 1 else args, outputs)

    traced = keras.models.clone_model(
        twin,
        input_tensors=tensors,
        clone_function=lambda layer: layer,
        call_function=call,
    )
    return traced.output


def inlined(model: keras.Model) -> keras.Model:
    """Return the same network with the layers of inner models as its own layers.

    The `call` of a functional or sequential model calls its layers; on symbolic tensors
    they become part of the model around it. Weights and `trainable` flags are those of
    the same layers.
    """
    if isinstance(model, keras.Sequential):
        model = keras.Model(model.inputs, model.outputs[0])
    while any(_is_transparent(layer) for layer in model.layers):
        model = keras.models.clone_model(
            model, clone_function=lambda layer: layer, call_function=_opened
        )
    return model


def _opened(layer: Any, *args: Any, **kwargs: Any) -> Any:
    return (layer.call if _is_transparent(layer) else layer)(*args, **kwargs)


def _is_transparent(layer: Any) -> bool:
    """Return whether a layer is a model whose layers can be seen."""
    functional = isinstance(layer, keras.Model) and hasattr(layer, "operations")
    return functional or isinstance(layer, keras.Sequential)
