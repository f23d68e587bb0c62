"""FiLM: the metadata scales and shifts every channel of the feature maps."""

from __future__ import annotations

from typing import Annotated, Any

import keras
from pydantic import Field

from sidelight.nn.fusions._base import Fusion, StagedConfig, hidden
from sidelight.nn.layers import Modulate
from sidelight.nn.meta import Meta
from sidelight.registry import FUSIONS
from sidelight.schema import Search


class FilmConfig(StagedConfig):
    """Options of FiLM.

    Attributes:
        stages: Stages whose output is modulated; None for all.
        units: Width of each layer of the generator, which reads the metadata once.
        num_layers: Layers of the generator.
    """

    units: Annotated[int, Search(16, 256, log=True)] = Field(default=64, ge=1)
    num_layers: Annotated[int, Search(1, 3)] = Field(default=2, ge=1)


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
    _generated: Any = None

    def on_stage(self, index: int, features: Any, meta: Meta) -> Any:
        """Return the modulated map, of the same shape."""
        if not self.acts_at(index):
            return features
        if self._generated is None:
            units, num_layers = self.config.units, self.config.num_layers
            self._generated = hidden(meta.vector, units, num_layers, "film_generator")
        width, name = 2 * features.shape[-1], f"film_{index}_modulation"
        project = keras.layers.Dense(width, kernel_initializer="zeros", name=name)
        return Modulate(name=f"film_{index}")(features, project(self._generated))
