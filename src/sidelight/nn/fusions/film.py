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
        units: Width of the layer that reads the metadata, one for each stage.
    """

    stages: tuple[int, ...] | None = None
    units: int = Field(default=64, ge=1)


@FUSIONS.register(
    "film",
    summary="metadata scales and shifts the channels at the end of every stage",
    paper="Perez et al. 2018, arXiv 1709.07871",
    capabilities={"image", "metadata", "identity"},
)
class Film(Fusion):
    """`(1 + gamma) * x + beta`, with gamma and beta a function of the metadata.

    Departs from the paper: it acts where a stage ends rather than inside each block,
    so that any backbone can be used unchanged. Gamma and beta start at zero.
    """

    Config = FilmConfig
    config: FilmConfig

    def on_stage(self, index: int, features: Any, meta: Meta) -> Any:
        """Return the modulated map, of the same shape."""
        if self.config.stages is not None and index not in self.config.stages:
            return features
        hidden = keras.layers.Dense(
            self.config.units, activation="gelu", name=f"film_{index}_hidden"
        )(meta.vector)
        modulation = keras.layers.Dense(
            2 * features.shape[-1],
            kernel_initializer="zeros",
            name=f"film_{index}_modulation",
        )(hidden)
        return Modulate(name=f"film_{index}")(features, modulation)
