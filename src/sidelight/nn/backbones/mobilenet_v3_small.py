"""MobileNetV3, the small one, as `keras.applications` ships it."""

from sidelight.nn.backbones._applications import Application, Card
from sidelight.nn.backbones._entrance import SYMMETRIC
from sidelight.registry import BACKBONES


@BACKBONES.register(
    "mobilenet_v3_small",
    summary="MobileNetV3, the small one: 0.9 M parameters, pictures of 32 px and more",
    paper="Howard et al. 2019, arXiv 1905.02244",
    capabilities={"pretrained"},
)
class MobileNetV3Small(Application):
    """MobileNetV3, the small one, without its classifier."""

    card = Card(
        model="MobileNetV3Small",
        scaling=SYMMETRIC,
        stages=(
            "activation",
            "expanded_conv_project_bn",
            "expanded_conv_2_add",
            "expanded_conv_7_add",
            "activation_17",
        ),
        rescales=True,
    )
