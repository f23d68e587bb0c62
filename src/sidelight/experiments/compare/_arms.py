"""The arms of a comparison: what is trained beside what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["image", "metadata", "fusion", "control", "stack"]

IMAGE_ONLY = "none"
TREES = "trees"
STACK = "stack"


@dataclass(frozen=True)
class Arm:
    """One way to answer.

    Attributes:
        name: What it is called in tables and files.
        role: What it is for: the image alone, the metadata alone, both, a control that
            must fail, or a combination of two arms.
        fusion: The network's fusion; empty where there is no network.
        shuffled: Which part's rows are in another order than the labels.
    """

    name: str
    role: Role
    fusion: str = ""
    shuffled: Literal["", "metadata", "images"] = ""


def arms_of(strategies: tuple[str, ...]) -> list[Arm]:
    """Return the arms in the order in which they run.

    The controls use one strategy, `film` if it is among them: with the metadata of
    other rows it must fall back to image only, and with the pictures of other rows to
    metadata only.
    """
    one = "film" if "film" in strategies else strategies[0]
    return [
        Arm(IMAGE_ONLY, "image", fusion="none"),
        Arm("metadata", "metadata", fusion="metadata"),
        Arm(TREES, "metadata"),
        *(Arm(name, "fusion", fusion=name) for name in strategies),
        Arm("metadata shuffled", "control", fusion=one, shuffled="metadata"),
        Arm("images shuffled", "control", fusion=one, shuffled="images"),
    ]
