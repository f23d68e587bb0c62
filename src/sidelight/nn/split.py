"""A network in two: what depends on the image alone, and the rest."""

from __future__ import annotations

from typing import Any

import keras


def split(network: keras.Model, boundary: Any) -> tuple[keras.Model, keras.Model]:
    """Cut a network at a map that depends on the image alone; layers are shared.

    Args:
        network: From `assemble`.
        boundary: `BackboneLayers.boundary` of the same network.

    Returns:
        The front, from the image to the map; and the tail, from a dictionary of
        "features" (the map) and the network's other inputs to its answers.
    """
    front = keras.Model(network.input["image"], boundary, name="front")
    others = {name: t for name, t in network.input.items() if name != "image"}
    inner = keras.Model([boundary, *others.values()], network.output)
    inputs = {
        "features": keras.Input(boundary.shape[1:], name="features"),
        **{
            name: keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=name)
            for name, tensor in others.items()
        },
    }
    return front, keras.Model(inputs, inner(list(inputs.values())), name="tail")
