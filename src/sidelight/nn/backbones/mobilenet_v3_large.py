"""MobileNetV3, the large one, as `keras.applications` ships it."""

from sidelight.nn.backbones._applications import Application, Card
from sidelight.nn.backbones._entrance import SYMMETRIC
from sidelight.registry import BACKBONES


@BACKBONES.register(
    "mobilenet_v3_large",
    summary="MobileNetV3, the large one: 3.0 M parameters, pictures of 32 px and more",
    paper="Howard et al. 2019, arXiv 1905.02244",
    capabilities={"pretrained"},
)
class MobileNetV3Large(Application):
    """MobileNetV3, the large one, without its classifier."""

    card = Card(
        model="MobileNetV3Large",
        scaling=SYMMETRIC,
        stages=(
            "expanded_conv_add",
            "expanded_conv_2_add",
            "expanded_conv_5_add",
            "expanded_conv_11_add",
            "activation_19",
        ),
        rescales=True,
    )
