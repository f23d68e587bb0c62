"""No metadata at all: the image-only baseline."""

from __future__ import annotations

from sidelight.nn.fusions._base import Fusion
from sidelight.registry import FUSIONS


@FUSIONS.register(
    "none",
    summary="image only; the baseline every other one is held against",
    capabilities={"image", "identity"},
)
class ImageOnly(Fusion):
    """The image network as it is."""

    uses_metadata = False
