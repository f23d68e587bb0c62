"""A network in two: what depends on the image alone, and the rest."""

from __future__ import annotations

from typing import Any

import keras

from sidelight.nn.layers import FoldPictures
from sidelight.nn.pictures import FOLD


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
        The front, from one picture to its map; and the tail, from a dictionary of
        "features" (the map, or one for each picture of a row) and the network's other
        inputs to its answers.
    """
    name, feature_map = boundary
    image, shape = network.input["image"], feature_map.shape[1:]
    fold = None
    if "pictures" in network.input:
        image, shape = network.get_layer(FOLD).output, (image.shape[1], *shape)
        fold = FoldPictures(name="fold_features")
    front = keras.Model(image, feature_map, name="front")
    stand_in = keras.Input(shape, name="features")
    widened = keras.Model({**network.input, "features": stand_in}, network.output)
    inputs = {
        name: keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=name)
        for name, tensor in widened.input.items()
    }

    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        if layer.name != name:
            return layer(*args, **kwargs)
        return fold(inputs["features"]) if fold else inputs["features"]

    traced = keras.models.clone_model(
        widened,
        input_tensors=inputs,
        clone_function=lambda layer: layer,
        call_function=call,
    )
    del inputs["image"]
    return front, keras.Model(inputs, traced.output, name="tail")
