"""EfficientNetV2-B0, as `keras.applications` ships it."""

from sidelight.nn.backbones._applications import Application, Card
from sidelight.nn.backbones._entrance import IMAGENET_RGB
from sidelight.registry import BACKBONES


@BACKBONES.register(
    "efficientnetv2_b0",
    summary="EfficientNetV2-B0: 5.9 M parameters, pictures of 32 px and more",
    paper="Tan and Le 2021, arXiv 2104.00298",
    capabilities={"pretrained"},
)
class EfficientNetV2B0(Application):
    """EfficientNetV2-B0, without its classifier."""

    card = Card(
        model="EfficientNetV2B0",
        scaling=IMAGENET_RGB,
        stages=(
            "block1a_project_activation",
            "block2b_add",
            "block3b_add",
            "block5e_add",
            "top_activation",
        ),
        rescales=True,
    )
