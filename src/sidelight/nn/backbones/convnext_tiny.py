"""ConvNeXt, the tiny one, as `keras.applications` ships it."""

from sidelight.nn.backbones._applications import Application, Card
from sidelight.nn.backbones._entrance import IMAGENET_RGB
from sidelight.registry import BACKBONES


@BACKBONES.register(
    "convnext_tiny",
    summary="ConvNeXt, the tiny one: 27.8 M parameters, pictures of 32 px and more",
    paper="Liu et al. 2022, arXiv 2201.03545",
    capabilities={"pretrained"},
)
class ConvNeXtTiny(Application):
    """ConvNeXt, the tiny one, without its classifier."""

    card = Card(
        model="ConvNeXtTiny",
        scaling=IMAGENET_RGB,
        stages=(
            "add_2",
            "add_5",
            "add_14",
            "layer_normalization",
        ),
        rescales=True,
    )
