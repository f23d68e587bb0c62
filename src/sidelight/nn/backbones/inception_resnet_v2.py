"""Inception-ResNet v2, as `keras.applications` ships it."""

from sidelight.nn.backbones._applications import Application, Card
from sidelight.nn.backbones._entrance import SYMMETRIC
from sidelight.registry import BACKBONES


@BACKBONES.register(
    "inception_resnet_v2",
    summary="Inception-ResNet v2: 54.3 M parameters, pictures of 75 px and more",
    paper="Szegedy et al. 2017, arXiv 1602.07261",
    capabilities={"pretrained"},
)
class InceptionResNetV2(Application):
    """Inception-ResNet v2, without its classifier."""

    min_size = 75
    card = Card(
        model="InceptionResNetV2",
        scaling=SYMMETRIC,
        stages=(
            "block35_10_ac",
            "block17_20_ac",
            "conv_7b_ac",
        ),
    )
