"""LiteRT with the weights in eight bits."""

from sidelight.export._litert.exporter import LiteRtExporter
from sidelight.registry import EXPORTERS


@EXPORTERS.register(
    "litert_int8",
    summary="the same with weights in 8 bits: a quarter of the size",
)
class LiteRtInt8(LiteRtExporter):
    """Weights in int8, ranges of activations found as they come."""

    file = "litert_int8"
    is_smaller = True
    most_answers = 1.0  # what it costs is told by the scores on test rows
