"""A metadata prior, added to the image's logits."""

from __future__ import annotations

from typing import Annotated, Any

import keras
from pydantic import Field

from sidelight.nn.fusions._base import Fusion, FusionConfig, hidden
from sidelight.nn.meta import Meta
from sidelight.registry import FUSIONS
from sidelight.schema import Search


class PriorConfig(FusionConfig):
    """Options of the prior.

    Attributes:
        units: Width of each hidden layer of the metadata network.
        num_layers: Its hidden layers.
    """

    units: Annotated[int, Search(32, 512, log=True)] = Field(default=128, ge=1)
    num_layers: Annotated[int, Search(1, 4)] = Field(default=2, ge=1)


@FUSIONS.register(
    "prior",
    summary="log p(class | image) + log p(class | metadata), added at the logits",
    paper="Mac Aodha et al. 2019, arXiv 1906.05272",
    capabilities={"image", "metadata", "identity"},
)
class Prior(Fusion):
    """`z(image) + z(metadata)`: a product of two opinions, after normalising.

    It assumes that, the class being known, image and metadata are independent: then
    `p(y | I, m) ∝ p(y | I) p(y | m) / p(y)`. Metadata can raise or lower a class, but
    it can never change what a picture means. Departs from the paper: both parts are
    trained together, so that the class frequencies p(y) settle in the two biases.
    """

    Config = PriorConfig
    config: PriorConfig

    def on_logits(self, logits: Any, meta: Meta) -> Any:
        """Return the summed logits `(batch, outputs)`."""
        units, num_layers = self.config.units, self.config.num_layers
        network = hidden(meta.vector, units, num_layers, "prior_hidden")
        outputs = logits.shape[-1]
        opinion = keras.layers.Dense(
            outputs, kernel_initializer="zeros", name="prior_logits"
        )(network)
        return keras.layers.Add(name="prior")([logits, opinion])
