"""MetaBlock: a gate of the LSTM kind on groups of pooled features."""

from __future__ import annotations

import math
from typing import Annotated, Any

import keras
from pydantic import Field

from sidelight.nn.fusions._base import Fusion, FusionConfig
from sidelight.nn.layers import ReZero
from sidelight.nn.meta import Meta
from sidelight.registry import FUSIONS
from sidelight.schema import Search


class MetaBlockConfig(FusionConfig):
    """Options of MetaBlock.

    Attributes:
        group: Neighbouring channels that share a gate, as far as it divides their
            number; 32 in the paper.
        residual: Add the block to the features, starting at zero. Without it the block
            replaces them, as in the paper, and a new network is not the image-only one.
    """

    group: Annotated[int, Search(choices=(8, 16, 32))] = Field(default=32, ge=1)
    residual: Annotated[bool, Search(choices=(True, False))] = True


@FUSIONS.register(
    "metablock",
    summary="an LSTM-like gate on groups of pooled features, driven by the metadata",
    paper="Pacheco and Krohling 2021, doi 10.1109/JBHI.2021.3062002",
    capabilities={"image", "metadata", "identity"},
)
class MetaBlock(Fusion):
    """`V' = sigmoid(tanh(V * t1) + t2)`; `t = BN(Dense(metadata))`, one per group.

    V' lies between 0.27 and 0.73 for t2 = 0 and can never be V; so by default the
    features become `V + alpha * V'`, with alpha at zero.
    """

    Config = MetaBlockConfig
    config: MetaBlockConfig

    def on_features(self, vector: Any, meta: Meta, feature_map: Any) -> Any:
        """Return the features `(batch, features)` after the block."""
        layers, width = keras.layers, vector.shape[-1]
        group = math.gcd(width, self.config.group)
        grouped = layers.Reshape((width // group, group), name="metablock_groups")
        scaled = layers.Multiply(name="metablock_scaled")(
            [grouped(vector), self._gate(meta, width // group, "scale")]
        )
        squashed = layers.Activation("tanh", name="metablock_tanh")(scaled)
        shifted = layers.Add(name="metablock_shifted")(
            [squashed, self._gate(meta, width // group, "shift")]
        )
        block = layers.Activation("sigmoid", name="metablock_sigmoid")(shifted)
        block = layers.Reshape((width,), name="metablock_flat")(block)
        return (
            ReZero(name="metablock")(vector, block) if self.config.residual else block
        )

    def _gate(self, meta: Meta, groups: int, name: str) -> Any:
        layers, name = keras.layers, f"metablock_{name}"
        gate = layers.Dense(groups, use_bias=False, name=name)(meta.vector)
        gate = layers.BatchNormalization(name=f"{name}_bn")(gate)
        return layers.Reshape((groups, 1), name=f"{name}_column")(gate)
