"""Image networks: picture in, feature maps by stage out."""

from sidelight.nn.backbones._base import (
    Backbone,
    BackboneConfig,
    BackboneFamily,
    PretrainedConfig,
)
from sidelight.nn.backbones._default import AUTO, default_backbone

__all__ = [
    "AUTO",
    "Backbone",
    "BackboneConfig",
    "BackboneFamily",
    "PretrainedConfig",
    "default_backbone",
]
