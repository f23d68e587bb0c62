"""A gate per position: the metadata says where in the picture to look."""

from __future__ import annotations

from typing import Annotated, Any

import keras
from pydantic import Field

from sidelight.nn.fusions._base import Fusion, StagedConfig, hidden
from sidelight.nn.layers import Gate, PositionEmbedding, PositionScores
from sidelight.nn.meta import Meta
from sidelight.registry import FUSIONS
from sidelight.schema import Search


class SpatialConfig(StagedConfig):
    """Options of the spatial gate.

    Attributes:
        stages: Stages whose output is gated; the one before the last by default, where
            positions are still fine enough to choose from.
        units: Width in which metadata and positions are compared.
    """

    stages: Annotated[
        tuple[int, ...] | None, Search(choices=((-1,), (-2,), (-2, -1)))
    ] = (-2,)
    units: Annotated[int, Search(16, 256, log=True)] = Field(default=64, ge=1)


@FUSIONS.register(
    "spatial",
    summary="metadata gates the positions of a feature map: where to look",
    paper="after Hu et al. 2018, arXiv 1709.01507, over positions instead of channels",
    capabilities={"image", "metadata", "identity"},
)
class Spatial(Fusion):
    """`2 sigmoid(q(m) · (k(x) + position)) * x`, one gate for each position.

    Compares the metadata with what stands at a position and with the position itself.
    The query q starts at zero, so every gate starts at one.
    """

    Config = SpatialConfig
    config: SpatialConfig

    def on_stage(self, index: int, features: Any, meta: Meta) -> Any:
        """Return the gated map, of the same shape."""
        if not self.acts_at(index):
            return features
        name, units = f"spatial_{index}", self.config.units
        keys = keras.layers.Conv2D(units, 1, name=f"{name}_keys")(features)
        keys = PositionEmbedding(name=f"{name}_positions")(keys)
        query = keras.layers.Dense(
            units, kernel_initializer="zeros", name=f"{name}_query"
        )(hidden(meta.vector, units, 1, f"{name}_hidden"))
        logits = PositionScores(name=f"{name}_scores")(keys, query, features)
        return Gate(name=name)(features, logits)
