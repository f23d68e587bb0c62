"""DenseNet-121, as `keras.applications` ships it."""

from sidelight.nn.backbones._applications import Application, Card
from sidelight.nn.backbones._entrance import IMAGENET_RGB
from sidelight.registry import BACKBONES


@BACKBONES.register(
    "densenet121",
    summary="DenseNet-121: 7.0 M parameters, pictures of 32 px and more",
    paper="Huang et al. 2017, arXiv 1608.06993",
    capabilities={"pretrained"},
)
class DenseNet121(Application):
    """DenseNet-121, without its classifier."""

    card = Card(
        model="DenseNet121",
        scaling=IMAGENET_RGB,
        stages=(
            "conv2_block6_concat",
            "conv3_block12_concat",
            "conv4_block24_concat",
            "relu",
        ),
    )
