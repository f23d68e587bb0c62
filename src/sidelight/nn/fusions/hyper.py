"""A hypernetwork: the metadata writes the weights of a linear map."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import keras
from pydantic import Field

from sidelight.nn.fusions._base import Fusion, FusionConfig, hidden
from sidelight.nn.layers import GeneratedLinear
from sidelight.nn.meta import Meta
from sidelight.registry import FUSIONS
from sidelight.schema import Search


class HyperConfig(FusionConfig):
    """Options of the hypernetwork.

    Attributes:
        where: "features" maps the pooled features just before the classifier, "map"
            is a 1×1 convolution on the last feature map.
        rank: Rank of the generated map.
        units: Width of the hidden layer that reads the metadata.
    """

    where: Annotated[
        Literal["features", "map"], Search(choices=("features", "map"))
    ] = "features"
    rank: Annotated[int, Search(1, 16, log=True)] = Field(default=4, ge=1)
    units: Annotated[int, Search(8, 128, log=True)] = Field(default=32, ge=1)


@FUSIONS.register(
    "hyper",
    summary="metadata generates the weights of a low-rank linear map of the features",
    paper="Duenias et al. 2024, HyperFusion, arXiv 2403.13319",
    capabilities={"image", "metadata", "identity"},
)
class Hyper(Fusion):
    """`x + (x A(m)) B(m)`, A and B generated from the metadata, B starting at zero.

    Departs from the paper: of low rank, so that the generator stays small, and added to
    what is there, so that a pretrained network starts unchanged.
    """

    Config = HyperConfig
    config: HyperConfig

    def begin(self, num_stages: int) -> None:
        """Remember which stage is the last."""
        self._last = num_stages - 1

    def on_stage(self, index: int, features: Any, meta: Meta) -> Any:
        """Return the last map after the generated 1×1 convolution."""
        chosen = self.config.where == "map" and index == self._last
        return self._mapped(features, meta) if chosen else features

    def on_features(self, vector: Any, meta: Meta, feature_map: Any) -> Any:
        """Return the pooled features after the generated map."""
        return self._mapped(vector, meta) if self.config.where == "features" else vector

    def _mapped(self, features: Any, meta: Meta) -> Any:
        generator = hidden(meta.vector, self.config.units, 1, "hyper_hidden")
        size = features.shape[-1] * self.config.rank
        into = keras.layers.Dense(size, name="hyper_into")
        out = keras.layers.Dense(size, kernel_initializer="zeros", name="hyper_out")
        linear = GeneratedLinear(self.config.rank, name="hyper")
        return linear(features, into(generator), out(generator))
