"""Ways to bring metadata into an image network, one file each."""

from sidelight.nn.fusions._base import Fusion, FusionConfig

__all__ = ["Fusion", "FusionConfig"]
