"""Squeeze-and-excitation that has read the metadata."""

from __future__ import annotations

from typing import Annotated, Any

import keras
from pydantic import Field

from sidelight.nn.fusions._base import Fusion, StagedConfig
from sidelight.nn.layers import Gate
from sidelight.nn.meta import Meta
from sidelight.registry import FUSIONS
from sidelight.schema import Search


class ExciteConfig(StagedConfig):
    """Options of conditional excitation.

    Attributes:
        stages: Stages whose output is gated; None for all.
        reduction: The bottleneck has so many times fewer units than there are channels.
    """

    reduction: Annotated[int, Search(2, 16, log=True)] = Field(default=4, ge=1)


@FUSIONS.register(
    "excite",
    summary="squeeze-and-excitation: a gate per channel from features and metadata",
    paper="Hu et al. 2018, arXiv 1709.01507; MetaNet, Li et al. 2020",
    capabilities={"image", "metadata", "identity"},
)
class Excite(Fusion):
    """`2 sigmoid(W2 relu(W1 [pool(x); metadata])) * x`, one gate per channel.

    Twice the sigmoid, and W2 at zero: every gate starts fully open at one.
    """

    Config = ExciteConfig
    config: ExciteConfig

    def on_stage(self, index: int, features: Any, meta: Meta) -> Any:
        """Return the gated map, of the same shape."""
        if not self.acts_at(index):
            return features
        name, channels = f"excite_{index}", features.shape[-1]
        pooled = keras.layers.GlobalAveragePooling2D(name=f"{name}_pool")(features)
        joined = keras.layers.Concatenate(name=f"{name}_joined")([pooled, meta.vector])
        narrow = keras.layers.Dense(
            max(8, channels // self.config.reduction),
            activation="relu",
            name=f"{name}_bottleneck",
        )(joined)
        logits = keras.layers.Dense(
            channels, kernel_initializer="zeros", name=f"{name}_logits"
        )(narrow)
        return Gate(name=name)(features, logits)
