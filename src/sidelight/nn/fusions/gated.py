"""Gated multimodal unit: a learned share of image and metadata, unit by unit."""

from __future__ import annotations

from typing import Annotated, Any

import keras
from pydantic import Field

from sidelight.nn.fusions._base import Fusion, FusionConfig
from sidelight.nn.layers import Blend
from sidelight.nn.meta import Meta
from sidelight.registry import FUSIONS
from sidelight.schema import Search


class GatedConfig(FusionConfig):
    """Options of the gated unit.

    Attributes:
        units: Width in which image and metadata are compared.
    """

    units: Annotated[int, Search(32, 512, log=True)] = Field(default=128, ge=1)


@FUSIONS.register(
    "gated",
    summary="gated multimodal unit: a learned share of image and metadata per feature",
    paper="Arevalo et al. 2017, arXiv 1702.01992",
    capabilities={"image", "metadata", "identity"},
)
class Gated(Fusion):
    """`v + P(g tanh(Wv v) + (1 - g) tanh(Wm m))`, with `g = sigmoid(Wg [v; m])`.

    Departs from the paper: added to the image features through a projection P that
    starts at zero, since the unit itself can never be the identity.
    """

    Config = GatedConfig
    config: GatedConfig

    def on_features(self, vector: Any, meta: Meta, feature_map: Any) -> Any:
        """Return the features `(batch, features)` after the unit was added."""
        dense, units = keras.layers.Dense, self.config.units
        image = dense(units, activation="tanh", name="gated_image")(vector)
        metadata = dense(units, activation="tanh", name="gated_metadata")(meta.vector)
        both = keras.layers.Concatenate(name="gated_both")([vector, meta.vector])
        share = dense(units, activation="sigmoid", name="gated_share")(both)
        blend = Blend(name="gated_blend")(image, metadata, share)
        update = dense(
            vector.shape[-1], kernel_initializer="zeros", name="gated_update"
        )(blend)
        return keras.layers.Add(name="gated")([vector, update])
