"""Low-rank bilinear pooling: products of image and metadata features."""

from __future__ import annotations

from typing import Annotated, Any

import keras
from pydantic import Field

from sidelight.nn.fusions._base import Fusion, FusionConfig
from sidelight.nn.meta import Meta
from sidelight.registry import FUSIONS
from sidelight.schema import Search


class BilinearConfig(FusionConfig):
    """Options of bilinear pooling.

    Attributes:
        rank: Number of products.
        dropout: Rate on the products.
    """

    rank: Annotated[int, Search(16, 256, log=True)] = Field(default=128, ge=1)
    dropout: Annotated[float, Search(0.0, 0.4)] = Field(default=0.0, ge=0, lt=1)


@FUSIONS.register(
    "bilinear",
    summary="low-rank products of image features and metadata",
    paper="Kim et al. 2017, MLB, arXiv 1610.04325",
    capabilities={"image", "metadata", "identity"},
)
class Bilinear(Fusion):
    """`v + P(tanh(U v + b) * tanh(V m + c))`, with P starting at zero.

    The biases b and c keep terms of the image alone and of the metadata alone. Departs
    from the paper: added to the image features instead of replacing them.
    """

    Config = BilinearConfig
    config: BilinearConfig

    def on_features(self, vector: Any, meta: Meta, feature_map: Any) -> Any:
        """Return the features `(batch, features)` after the products were added."""
        dense, rank = keras.layers.Dense, self.config.rank
        image = dense(rank, activation="tanh", name="bilinear_image")(vector)
        metadata = dense(rank, activation="tanh", name="bilinear_metadata")(meta.vector)
        products = keras.layers.Multiply(name="bilinear_products")([image, metadata])
        if self.config.dropout:
            rate = self.config.dropout
            drop = keras.layers.Dropout(rate, seed=0, name="bilinear_dropout")
            products = drop(products)
        update = dense(
            vector.shape[-1], kernel_initializer="zeros", name="bilinear_update"
        )(products)
        return keras.layers.Add(name="bilinear")([vector, update])
