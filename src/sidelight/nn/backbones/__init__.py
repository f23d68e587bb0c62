"""Image networks: picture in, feature maps by stage out."""

from sidelight.nn.backbones._base import Backbone, BackboneConfig, BackboneFamily

__all__ = ["Backbone", "BackboneConfig", "BackboneFamily"]
