"""ResNet-50, as `keras.applications` ships it."""

from sidelight.nn.backbones._applications import Application, Card
from sidelight.nn.backbones._entrance import IMAGENET_BGR
from sidelight.registry import BACKBONES


@BACKBONES.register(
    "resnet50",
    summary="ResNet-50: 23.6 M parameters, pictures of 32 px and more",
    paper="He et al. 2016, arXiv 1512.03385",
    capabilities={"pretrained"},
)
class ResNet50(Application):
    """ResNet-50, without its classifier."""

    card = Card(
        model="ResNet50",
        scaling=IMAGENET_BGR,
        stages=(
            "conv2_block3_out",
            "conv3_block4_out",
            "conv4_block6_out",
            "conv5_block3_out",
        ),
    )
