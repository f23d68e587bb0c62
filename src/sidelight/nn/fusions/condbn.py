"""Conditional normalisation: the metadata changes scale and shift of every norm."""

from __future__ import annotations

from typing import Annotated, Any

import keras
from pydantic import Field

from sidelight.nn.fusions._base import Fusion, StagedConfig, hidden
from sidelight.nn.layers import Modulate
from sidelight.nn.meta import Meta
from sidelight.registry import FUSIONS
from sidelight.schema import Search

NORMS = (
    keras.layers.BatchNormalization,
    keras.layers.GroupNormalization,
    keras.layers.LayerNormalization,
)


class CondBnConfig(StagedConfig):
    """Options of conditional normalisation.

    Attributes:
        stages: Stages whose norm layers are conditioned; None for all.
        units: Width of the hidden layer that reads the metadata, shared by all sites.
    """

    units: Annotated[int, Search(16, 256, log=True)] = Field(default=64, ge=1)


@FUSIONS.register(
    "condbn",
    summary="metadata changes the scale and shift of every normalisation layer",
    paper="De Vries et al. 2017, arXiv 1707.00683",
    capabilities={"image", "metadata", "identity"},
)
class ConditionalNorm(Fusion):
    """`(1 + g) * norm(x) + b` behind every norm layer, g and b starting at zero.

    Changing a norm's own scale and shift by the metadata is the same function. Departs
    from the paper: one hidden layer for all sites, and group and layer norms count too.
    """

    Config = CondBnConfig
    config: CondBnConfig
    site = "normalisation layer"
    _generated: Any = None

    def on_layer(
        self, layer: Any, inputs: Any, outputs: Any, meta: Meta, stage: int
    ) -> Any:
        """Return the modulated output of a norm layer, of the same shape."""
        if not (isinstance(layer, NORMS) and self.acts_at(stage)):
            return outputs
        self.sites += 1
        if self._generated is None:
            self._generated = hidden(meta.vector, self.config.units, 1, "condbn_hidden")
        width, name = 2 * outputs.shape[-1], f"condbn_{layer.name}"
        project = keras.layers.Dense(
            width, kernel_initializer="zeros", name=f"{name}_modulation"
        )
        return Modulate(name=name)(outputs, project(self._generated))
