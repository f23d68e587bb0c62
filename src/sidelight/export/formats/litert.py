"""LiteRT with the weights as they are."""

from sidelight.export._litert.exporter import LiteRtExporter
from sidelight.registry import EXPORTERS


@EXPORTERS.register(
    "litert",
    summary="a folder for LiteRT (TensorFlow Lite): float32 network, reader of rows",
)
class LiteRtFloat32(LiteRtExporter):
    """Weights in float32."""
