"""FiLM: the metadata scales and shifts every channel of the feature maps."""

from __future__ import annotations

from typing import Any

import keras
from pydantic import Field

from sidelight.nn.fusions._base import Fusion, FusionConfig
from sidelight.nn.layers import Modulate
from sidelight.nn.meta import Meta
from sidelight.registry import FUSIONS


class FilmConfig(FusionConfig):
    """Options of FiLM.

    Attributes:
        stages: Stages whose output is modulated, counted from 0; None for all.
        units: Width of each layer of the generator, which reads the metadata once.
        num_layers: Layers of the generator.
    """

    stages: tuple[int, ...] | None = None
    units: int = Field(default=64, ge=1)
    num_layers: int = Field(default=2, ge=1)


@FUSIONS.register(
    "film",
    summary="metadata scales and shifts the channels at the end of every stage",
    paper="Perez et al. 2018, arXiv 1709.07871",
    capabilities={"image", "metadata", "identity"},
)
class Film(Fusion):
    """`(1 + gamma) * x + beta`, with gamma and beta a function of the metadata.

    One generator serves all stages, each with a linear projection of its own, as in the
    paper. Departs from it: acts where a stage ends rather than inside each block, so
    that any backbone can be used unchanged. Gamma and beta start at zero.
    """

    Config = FilmConfig
    config: FilmConfig

    def on_stage(self, index: int, features: Any, meta: Meta) -> Any:
        """Return the modulated map, of the same shape."""
        if self.config.stages is not None and index not in self.config.stages:
            return features
        modulation = keras.layers.Dense(
            2 * features.shape[-1],
            kernel_initializer="zeros",
            name=f"film_{index}_modulation",
        )(self._generated(meta))
        return Modulate(name=f"film_{index}")(features, modulation)

    def _generated(self, meta: Meta) -> Any:
        """Return the generator's output `(batch, units)`, made at the first stage."""
        if not hasattr(self, "_output"):
            hidden = meta.vector
            for i in range(self.config.num_layers):
                hidden = keras.layers.Dense(
                    self.config.units, activation="gelu", name=f"film_generator_{i}"
                )(hidden)
            self._output = hidden
        return self._output
