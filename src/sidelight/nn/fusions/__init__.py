"""Ways to bring metadata into an image network, one file each."""

from sidelight.nn.fusions._base import (
    AttentionConfig,
    Fusion,
    FusionConfig,
    StagedConfig,
    hidden,
)

__all__ = ["AttentionConfig", "Fusion", "FusionConfig", "StagedConfig", "hidden"]
