"""XMP: the simple properties of a picture's packet, a drone's angles among them."""

from __future__ import annotations

from typing import Any

from sidelight.readers.headers._base import (
    Cells,
    HeaderColumn,
    HeaderReader,
    number,
    text,
)
from sidelight.readers.headers._blocks import opened
from sidelight.registry import HEADERS

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
# column → property: name without its namespace, which makers version by year
_PROPERTIES = {
    "rating": "Rating",
    "label": "Label",
    "creator_tool": "CreatorTool",
    "yaw": "FlightYawDegree",
    "pitch": "FlightPitchDegree",
    "roll": "FlightRollDegree",
    "gimbal_yaw": "GimbalYawDegree",
    "gimbal_pitch": "GimbalPitchDegree",
    "gimbal_roll": "GimbalRollDegree",
    "relative_altitude": "RelativeAltitude",
    "absolute_altitude": "AbsoluteAltitude",
}


@HEADERS.register("xmp", summary="XMP of pictures: rating, creator tool, drone angles")
class XmpReader(HeaderReader):
    """Reads properties with one value; lists and structures are left alone."""

    what = "an XMP packet"
    columns = (
        HeaderColumn("rating", "numeric", "stars that a person gave; -1 is rejected"),
        HeaderColumn("label", "categorical", "label that a person gave"),
        HeaderColumn("creator_tool", "categorical", "program that wrote the picture"),
        HeaderColumn("yaw", "numeric", "heading of a drone", "degrees"),
        HeaderColumn("pitch", "numeric", "pitch of a drone", "degrees"),
        HeaderColumn("roll", "numeric", "roll of a drone", "degrees"),
        HeaderColumn("gimbal_yaw", "numeric", "heading of its camera", "degrees"),
        HeaderColumn("gimbal_pitch", "numeric", "pitch; -90 looks down", "degrees"),
        HeaderColumn("gimbal_roll", "numeric", "roll of its camera", "degrees"),
        HeaderColumn("relative_altitude", "numeric", "above where it took off", "m"),
        HeaderColumn("absolute_altitude", "numeric", "above sea level", "m"),
    )

    def _look(self, path: str) -> Cells | None:
        with opened(path) as blocks:
            packet = None if blocks is None else blocks.xmp
        if packet is None:
            return None
        found = _properties(packet)
        cells: Cells = {name: found.get(name) for name in self.fields}
        for column in self.columns:
            value = found.get(_PROPERTIES[column.name])
            cells[column.name] = number(value) if column.kind == "numeric" else value
        return cells


def _properties(packet: bytes) -> dict[str, str | None]:
    """Return the simple properties by name, whichever of its two forms they have."""
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415

    # What stands around the element is padding, and may be NULs.
    root: Any = fromstring(packet.strip(b"\0 \r\n\t"))
    found: dict[str, str | None] = {}
    for description in root.iter(f"{RDF}Description"):
        for name, value in description.attrib.items():
            if not name.startswith(RDF):
                found.setdefault(_local(name), text(value))
        for child in description:
            if not len(child):
                found.setdefault(_local(child.tag), text(child.text))
    return found


def _local(name: str) -> str:
    return name.rpartition("}")[2]
