"""A network of its own for the metadata, merged with the image features."""

from __future__ import annotations

from typing import Annotated, Any

import keras
from pydantic import Field

from sidelight.nn.fusions._base import Fusion, FusionConfig, hidden
from sidelight.nn.meta import Meta
from sidelight.registry import FUSIONS
from sidelight.schema import Search


class BranchConfig(FusionConfig):
    """Options of the separate branch.

    Attributes:
        units: Width of each layer of the branch.
        num_layers: Layers of the branch.
        merged_units: Width of the layer after merging.
    """

    units: Annotated[int, Search(16, 256, log=True)] = Field(default=64, ge=1)
    num_layers: Annotated[int, Search(1, 3)] = Field(default=2, ge=1)
    merged_units: Annotated[int, Search(32, 512, log=True)] = Field(default=128, ge=1)


@FUSIONS.register(
    "branch",
    summary="a dense branch for the metadata, merged with the image features",
    capabilities={"image", "metadata"},
)
class Branch(Fusion):
    """Dense 64 -> Dense 64 on the metadata, concatenated, then one hidden layer."""

    Config = BranchConfig
    config: BranchConfig

    def on_features(self, vector: Any, meta: Meta, feature_map: Any) -> Any:
        """Return the merged features `(batch, merged_units)`."""
        units, num_layers = self.config.units, self.config.num_layers
        branch = hidden(meta.vector, units, num_layers, "branch_hidden")
        merged = keras.layers.Concatenate(name="branch_merge")([vector, branch])
        return keras.layers.Dense(
            self.config.merged_units, activation="gelu", name="branch_merged"
        )(merged)
