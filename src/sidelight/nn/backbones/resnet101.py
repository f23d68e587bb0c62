"""ResNet-101, as `keras.applications` ships it."""

from sidelight.nn.backbones._applications import Application, Card
from sidelight.nn.backbones._entrance import IMAGENET_BGR
from sidelight.registry import BACKBONES


@BACKBONES.register(
    "resnet101",
    summary="ResNet-101: 42.7 M parameters, pictures of 32 px and more",
    paper="He et al. 2016, arXiv 1512.03385",
    capabilities={"pretrained"},
)
class ResNet101(Application):
    """ResNet-101, without its classifier."""

    card = Card(
        model="ResNet101",
        scaling=IMAGENET_BGR,
        stages=(
            "conv2_block3_out",
            "conv3_block4_out",
            "conv4_block23_out",
            "conv5_block3_out",
        ),
    )
