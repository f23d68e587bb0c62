"""Files of pretrained weights, read without running anything that is in them."""

from sidelight.nn.weights._packages import is_packaged, packaged_file
from sidelight.nn.weights._torch_file import read_torch
from sidelight.nn.weights._widen import widen

__all__ = ["is_packaged", "packaged_file", "read_torch", "widen"]
