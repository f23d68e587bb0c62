"""Convolutions whose kernel is a mixture chosen by the metadata."""

from __future__ import annotations

from typing import Annotated, Any

import keras
from pydantic import Field

from sidelight.nn.fusions._base import Fusion, StagedConfig
from sidelight.nn.layers import MixExperts
from sidelight.nn.meta import Meta
from sidelight.registry import FUSIONS
from sidelight.schema import Search


class DynamicConfig(StagedConfig):
    """Options of dynamic kernels.

    Attributes:
        stages: Stages whose convolutions get experts; the last one by default.
        experts: Kernels that the metadata mixes, beside the backbone's own.
    """

    stages: Annotated[
        tuple[int, ...] | None, Search(choices=((-1,), (-2,), (-2, -1)))
    ] = (-1,)
    experts: Annotated[int, Search(2, 6)] = Field(default=2, ge=2)


@FUSIONS.register(
    "dynamic",
    summary="metadata mixes several kernels for each convolution of the last stage",
    paper="Yang et al. 2019, CondConv, arXiv 1904.04971",
    capabilities={"image", "metadata", "identity"},
)
class Dynamic(Fusion):
    """`conv(x, W) + sum_k r_k conv(x, E_k)`, with `r = sigmoid(router(metadata))`.

    The experts E start at zero, the router at random. Departs from the paper: the
    metadata routes and not the image, and the backbone's own kernel stays.
    """

    Config = DynamicConfig
    config: DynamicConfig
    site = "convolution without groups or activation"

    def on_layer(
        self, layer: Any, inputs: Any, outputs: Any, meta: Meta, stage: int
    ) -> Any:
        """Add the experts' answer to that of an ungrouped convolution."""
        if not (isinstance(layer, keras.layers.Conv2D) and self.acts_at(stage)):
            return outputs
        if layer.groups > 1 or layer.activation is not keras.activations.linear:
            return outputs
        self.sites += 1
        name, count = f"dynamic_{layer.name}", self.config.experts
        config = {**layer.get_config(), "name": f"{name}_experts", "use_bias": False}
        config["filters"] = count * layer.filters
        config["kernel_initializer"] = "zeros"
        responses = keras.layers.Conv2D.from_config(config)(inputs)
        router = keras.layers.Dense(count, activation="sigmoid", name=f"{name}_router")
        mixture = MixExperts(name=f"{name}_mixture")(responses, router(meta.vector))
        return keras.layers.Add(name=f"{name}_sum")([outputs, mixture])
