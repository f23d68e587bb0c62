"""Cross-attention: every metadata column asks the feature map a question."""

from __future__ import annotations

from typing import Annotated, Any

import keras

from sidelight.nn.fusions._base import AttentionConfig, Fusion
from sidelight.nn.layers import PositionEmbedding
from sidelight.nn.meta import Meta
from sidelight.registry import FUSIONS
from sidelight.schema import Search


class AttendConfig(AttentionConfig):
    """Options of cross-attention, beside those of any attention.

    Attributes:
        stages: The one stage whose map is looked at; the one before the last by
            default, where positions are still fine enough to choose from.
    """

    stages: Annotated[tuple[int], Search(choices=((-1,), (-2,)))] = (-2,)


@FUSIONS.register(
    "attend",
    summary="metadata tokens query the positions of a feature map by attention",
    paper="after Vaswani et al. 2017, arXiv 1706.03762; Ou et al. 2022",
    capabilities={"image", "metadata", "identity"},
)
class Attend(Fusion):
    """`v + O mean_j attention(T_j, S + positions)`, T a token per metadata column.

    Keys know their position, so a column can ask for what stands at a place as well as
    for what looks like something. The projection O starts at zero.
    """

    Config = AttendConfig
    config: AttendConfig

    def on_stage(self, index: int, features: Any, meta: Meta) -> Any:
        """Keep the map that will be looked at."""
        if self.acts_at(index):
            self._looked_at = features
        return features

    def on_features(self, vector: Any, meta: Meta, feature_map: Any) -> Any:
        """Return the features `(batch, features)` with the answers added."""
        layers, units = keras.layers, self.config.units
        places = layers.Conv2D(units, 1, name="attend_places")(self._looked_at)
        places = PositionEmbedding(name="attend_positions")(places)
        tokens = meta.tokens(units, name="attend_tokens")
        heads = self.config.heads
        attention = layers.MultiHeadAttention(
            heads, units // heads, dropout=self.config.dropout, name="attend_attention"
        )
        answers = layers.GlobalAveragePooling1D(name="attend_mean")(
            attention(tokens, places)
        )
        update = layers.Dense(
            vector.shape[-1], kernel_initializer="zeros", name="attend_update"
        )(answers)
        return layers.Add(name="attend")([vector, update])
