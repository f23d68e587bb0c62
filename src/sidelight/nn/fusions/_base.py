"""The contract of a fusion: five hooks, each the identity unless overridden."""

from __future__ import annotations

from typing import Any, ClassVar

from sidelight.errors import ConfigError
from sidelight.nn.meta import Meta
from sidelight.schema import ModelSpec, Record


class FusionConfig(Record):
    """Options of a fusion; every fusion has a subclass, perhaps without fields."""


class Fusion:
    """Brings metadata into an image network at one or more places.

    A hook is called while the functional model is traced, once per site; it may
    create Keras layers and must give them names that do not depend on chance.

    Args:
        config: The options.
        spec: The model that is being built.
    """

    Config: ClassVar[type[FusionConfig]] = FusionConfig
    uses_image: ClassVar[bool] = True
    uses_metadata: ClassVar[bool] = True

    def __init__(self, config: FusionConfig, spec: ModelSpec) -> None:
        self.config, self.spec = config, spec
        if self.uses_metadata and spec.meta.width == 0:
            problem = f"fusion {spec.fusion!r} needs metadata, and there is none left"
            raise ConfigError(
                problem,
                fix="Keep at least one metadata column, or use --fusion none.",
            )

    def on_input(self, image: Any, meta: Meta) -> Any:
        """Change the image `(batch, height, width, bands)` before the backbone."""
        del meta
        return image

    def on_layer(self, layer: Any, inputs: Any, outputs: Any, meta: Meta) -> Any:
        """Change what any layer of the backbone gave."""
        del layer, inputs, meta
        return outputs

    def on_stage(self, index: int, features: Any, meta: Meta) -> Any:
        """Change the map `(batch, height, width, channels)` that ends stage `index`."""
        del index, meta
        return features

    def on_features(self, vector: Any, meta: Meta, feature_map: Any) -> Any:
        """Change the pooled features `(batch, features)`."""
        del meta, feature_map
        return vector

    def on_logits(self, logits: Any, meta: Meta) -> Any:
        """Change the logits `(batch, outputs)`."""
        del meta
        return logits
