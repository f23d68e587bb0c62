"""No image at all: what the table alone can tell."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from sidelight.nn.fusions._base import Fusion, FusionConfig, hidden
from sidelight.nn.meta import Meta
from sidelight.registry import FUSIONS
from sidelight.schema import Search


class MetadataOnlyConfig(FusionConfig):
    """Options of the metadata-only network.

    Attributes:
        units: Width of each hidden layer.
        num_layers: Number of hidden layers.
    """

    units: Annotated[int, Search(32, 512, log=True)] = Field(default=128, ge=1)
    num_layers: Annotated[int, Search(1, 4)] = Field(default=2, ge=1)


@FUSIONS.register(
    "metadata",
    summary="metadata only, by a small dense network; no image is read",
    capabilities={"metadata"},
)
class MetadataOnly(Fusion):
    """Dense layers on the metadata vector."""

    Config = MetadataOnlyConfig
    config: MetadataOnlyConfig
    uses_image = False

    def on_features(self, vector: Any, meta: Meta, feature_map: Any) -> Any:
        """Return hidden features `(batch, units)` of the metadata."""
        units, num_layers = self.config.units, self.config.num_layers
        return hidden(meta.vector, units, num_layers, "metadata_hidden")
