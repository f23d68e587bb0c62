"""A network in two: what depends on the image alone, and the rest."""

from __future__ import annotations

from typing import Any

import keras


def split(
    network: keras.Model, boundary: tuple[str, Any]
) -> tuple[keras.Model, keras.Model]:
    """Cut a network at a map that depends on the image alone; layers are shared.

    The tail is traced like the network, but where the layer of the map was called, the
    given features stand. (Keras can also start a model at an inner tensor; but that
    spoils the network's own graph where real inputs are taken along.)

    Args:
        network: From `assemble`.
        boundary: `BackboneLayers.boundary` of the same network.

    Returns:
        The front, from the image to the map; and the tail, from a dictionary of
        "features" (the map) and the network's other inputs to its answers.
    """
    name, feature_map = boundary
    front = keras.Model(network.input["image"], feature_map, name="front")
    stand_in = keras.Input(feature_map.shape[1:], name="features")
    widened = keras.Model({**network.input, "features": stand_in}, network.output)
    inputs = {
        name: keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=name)
        for name, tensor in widened.input.items()
    }

    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        return inputs["features"] if layer.name == name else layer(*args, **kwargs)

    traced = keras.models.clone_model(
        widened,
        input_tensors=inputs,
        clone_function=lambda layer: layer,
        call_function=call,
    )
    del inputs["image"]
    return front, keras.Model(inputs, traced.output, name="tail")
