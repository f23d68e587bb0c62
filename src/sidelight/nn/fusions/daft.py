"""DAFT: scale and shift decided by the image and the metadata together."""

from __future__ import annotations

from typing import Annotated, Any

import keras
from pydantic import Field

from sidelight.nn.fusions._base import Fusion, StagedConfig
from sidelight.nn.layers import Modulate
from sidelight.nn.meta import Meta
from sidelight.registry import FUSIONS
from sidelight.schema import Search


class DaftConfig(StagedConfig):
    """Options of DAFT.

    Attributes:
        stages: Stages whose output is modulated; the last one, near the paper's site.
        reduction: The bottleneck is so many times narrower than what it reads.
    """

    stages: Annotated[
        tuple[int, ...] | None, Search(choices=(None, (-1,), (-2, -1)))
    ] = (-1,)
    reduction: Annotated[int, Search(2, 16, log=True)] = Field(default=7, ge=1)


@FUSIONS.register(
    "daft",
    summary="scale and shift of channels from pooled features and metadata together",
    paper="Pölsterl et al. 2021, arXiv 2107.05990",
    capabilities={"image", "metadata", "identity"},
)
class Daft(Fusion):
    """`(1 + a) * x + b`, with `[a, b] = W2 relu(W1 [pool(x); metadata])`.

    Departs from the paper: the one is added, so that zero weights give x and not zero,
    and the site is where a stage ends. No biases, as there.
    """

    Config = DaftConfig
    config: DaftConfig

    def on_stage(self, index: int, features: Any, meta: Meta) -> Any:
        """Return the modulated map, of the same shape."""
        if not self.acts_at(index):
            return features
        name, layers = f"daft_{index}", keras.layers
        pooled = layers.GlobalAveragePooling2D(name=f"{name}_pool")(features)
        joined = layers.Concatenate(name=f"{name}_joined")([pooled, meta.vector])
        units = max(4, joined.shape[-1] // self.config.reduction)
        narrow = layers.Dense(
            units, activation="relu", use_bias=False, name=f"{name}_bottleneck"
        )(joined)
        modulation = layers.Dense(
            2 * features.shape[-1],
            use_bias=False,
            kernel_initializer="zeros",
            name=f"{name}_modulation",
        )(narrow)
        return Modulate(name=name)(features, modulation)
