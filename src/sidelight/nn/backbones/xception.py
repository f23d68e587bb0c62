"""Xception, as `keras.applications` ships it."""

from sidelight.nn.backbones._applications import Application, Card
from sidelight.nn.backbones._entrance import SYMMETRIC
from sidelight.registry import BACKBONES


@BACKBONES.register(
    "xception",
    summary="Xception: 20.9 M parameters, pictures of 71 px and more",
    paper="Chollet 2017, arXiv 1610.02357",
    capabilities={"pretrained"},
)
class Xception(Application):
    """Xception, without its classifier."""

    min_size = 71
    card = Card(
        model="Xception",
        scaling=SYMMETRIC,
        stages=(
            "block1_conv2_act",
            "add",
            "add_1",
            "add_10",
            "block14_sepconv2_act",
        ),
    )
