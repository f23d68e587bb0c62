"""ResNet-50 with pre-activation, as `keras.applications` ships it."""

from sidelight.nn.backbones._applications import Application, Card
from sidelight.nn.backbones._entrance import SYMMETRIC
from sidelight.registry import BACKBONES


@BACKBONES.register(
    "resnet50v2",
    summary="ResNet-50 v2: 23.6 M parameters, pictures of 32 px and more",
    paper="He et al. 2016, arXiv 1603.05027",
    capabilities={"pretrained"},
)
class ResNet50V2(Application):
    """ResNet-50 with pre-activation (v2), without its classifier."""

    card = Card(
        model="ResNet50V2",
        scaling=SYMMETRIC,
        stages=(
            "conv2_block2_out",
            "conv3_block3_out",
            "conv4_block5_out",
            "post_relu",
        ),
    )
