"""LiteRT with the weights in half precision."""

from sidelight.export._litert.exporter import LiteRtExporter
from sidelight.registry import EXPORTERS


@EXPORTERS.register(
    "litert_float16",
    summary="the same with weights in float16: half the size",
)
class LiteRtFloat16(LiteRtExporter):
    """Weights in float16, arithmetic in float32."""

    file = "litert_float16"
    types = ("float16",)
    is_smaller = True
    most_answers = 1.0  # what it costs is told by the scores on test rows
