"""Late concatenation: the metadata beside the image features."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import keras
from pydantic import Field

from sidelight.nn.fusions._base import Fusion, FusionConfig
from sidelight.nn.meta import Meta
from sidelight.registry import FUSIONS
from sidelight.schema import Search


class ConcatConfig(FusionConfig):
    """Options of late concatenation.

    Attributes:
        features: "pool" joins the pooled features; "flatten" joins every position of
            the last map, as snippets after `Flatten` do: many more weights.
        units: Width of the hidden layer after joining; 0 for none. Without one the
            logits are a sum of an image part and a metadata part.
    """

    features: Literal["pool", "flatten"] = "pool"
    units: Annotated[int, Search(32, 512, log=True)] = Field(default=128, ge=0)


@FUSIONS.register(
    "concat",
    summary="metadata concatenated to the image features before the classifier",
    capabilities={"image", "metadata"},
)
class Concat(Fusion):
    """Join features and metadata, then mix them in one hidden layer."""

    Config = ConcatConfig
    config: ConcatConfig

    def on_features(self, vector: Any, meta: Meta, feature_map: Any) -> Any:
        """Return the joined, mixed features `(batch, units)`."""
        if self.config.features == "flatten":
            vector = keras.layers.Flatten(name="concat_flatten")(feature_map)
        joined = keras.layers.Concatenate(name="concat")([vector, meta.vector])
        if not self.config.units:
            return joined
        return keras.layers.Dense(
            self.config.units, activation="gelu", name="concat_hidden"
        )(joined)
