"""Inception v3, as `keras.applications` ships it."""

from sidelight.nn.backbones._applications import Application, Card
from sidelight.nn.backbones._entrance import SYMMETRIC
from sidelight.registry import BACKBONES


@BACKBONES.register(
    "inception_v3",
    summary="Inception v3: 21.8 M parameters, pictures of 75 px and more",
    paper="Szegedy et al. 2016, arXiv 1512.00567",
    capabilities={"pretrained"},
)
class InceptionV3(Application):
    """Inception v3, without its classifier."""

    min_size = 75
    card = Card(
        model="InceptionV3",
        scaling=SYMMETRIC,
        stages=(
            "mixed2",
            "mixed7",
            "mixed10",
        ),
    )
