"""One small transformer over image tokens and metadata tokens."""

from __future__ import annotations

from typing import Annotated, Any

import keras
from pydantic import Field

from sidelight.nn.fusions._base import AttentionConfig, Fusion
from sidelight.nn.layers import PositionEmbedding
from sidelight.nn.meta import Meta
from sidelight.registry import FUSIONS
from sidelight.schema import Search


class TokensConfig(AttentionConfig):
    """Options of the token transformer, beside those of any attention.

    Attributes:
        num_layers: Transformer blocks.
    """

    num_layers: Annotated[int, Search(1, 3)] = Field(default=1, ge=1)


@FUSIONS.register(
    "tokens",
    summary="a small transformer over image positions and metadata columns together",
    paper="after Vaswani et al. 2017, arXiv 1706.03762, and Gorishniy et al. 2021",
    capabilities={"image", "metadata", "identity"},
)
class Tokens(Fusion):
    """Every image position and every metadata column is a token; all attend to all.

    The mean token is projected and added to the pooled features; the projection starts
    at zero. Pre-norm blocks of attention and a two-layer network, as in ViT.
    """

    Config = TokensConfig
    config: TokensConfig

    def on_features(self, vector: Any, meta: Meta, feature_map: Any) -> Any:
        """Return the features `(batch, features)` with the transformer's added."""
        layers, units = keras.layers, self.config.units
        places = layers.Conv2D(units, 1, name="tokens_places")(feature_map)
        places = PositionEmbedding(name="tokens_positions")(places)
        columns = meta.tokens(units, name="tokens_columns")
        x = layers.Concatenate(axis=1, name="tokens_all")([places, columns])
        for i in range(self.config.num_layers):
            x = self._block(x, f"tokens_{i}")
        x = layers.LayerNormalization(name="tokens_norm")(x)
        mean = layers.GlobalAveragePooling1D(name="tokens_mean")(x)
        width = vector.shape[-1]
        update = layers.Dense(width, kernel_initializer="zeros", name="tokens_update")
        return layers.Add(name="tokens")([vector, update(mean)])

    def _block(self, x: Any, name: str) -> Any:
        layers, units, heads = keras.layers, self.config.units, self.config.heads
        normed = layers.LayerNormalization(name=f"{name}_norm1")(x)
        attended = layers.MultiHeadAttention(
            heads, units // heads, dropout=self.config.dropout, name=f"{name}_attention"
        )(normed, normed)
        x = layers.Add(name=f"{name}_sum1")([x, attended])
        h = layers.LayerNormalization(name=f"{name}_norm2")(x)
        h = layers.Dense(2 * units, activation="gelu", name=f"{name}_hidden")(h)
        h = layers.Dropout(self.config.dropout, seed=0, name=f"{name}_dropout")(h)
        h = layers.Dense(units, name=f"{name}_out")(h)
        return layers.Add(name=f"{name}_sum2")([x, h])
