"""Numbers as they are."""

from __future__ import annotations

from sidelight.nn.encoders._base import Encoder
from sidelight.registry import ENCODERS


@ENCODERS.register(
    "linear",
    summary="numbers as they are: x",
    capabilities={"numeric", "boolean", "multi_hot"},
)
class Linear(Encoder):
    """The scaled values; the layer behind them is the linear map."""

    as_it_stands = True
