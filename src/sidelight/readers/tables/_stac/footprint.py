"""Where the middle of a footprint is.

It is computed on the sphere: there is no seam at the antimeridian, and a pole is a
point like any other.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from sidelight.errors import TableError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

STEP_DEG = 1.0  # edges are straight on a map of degrees, and are followed this closely
TINY = 1e-12
DECIMALS = 7  # a centimetre
# Numbers of geometries in WKB (OGC 06-103r4), which GeoParquet holds.
_POINT, _LINE, _POLYGON = 1, 2, 3

Ring = tuple["NDArray[np.float64]", bool]


def centre_of_geojson(geometry: Mapping[str, Any]) -> tuple[float, float] | None:
    """Return latitude and longitude of a GeoJSON geometry's centre, in degrees.

    None if it has no coordinates, or spans the whole earth.

    Raises:
        ValueError: If it is no GeoJSON.
    """
    try:
        rings = list(_geojson_rings(geometry))
    except (AttributeError, LookupError, TypeError, ValueError) as failure:
        message = f"this is no GeoJSON geometry ({failure})"
        raise ValueError(message) from None
    return _centre(rings)


def centre_of_wkb(data: bytes) -> tuple[float, float] | None:
    """Return latitude and longitude of a WKB geometry's centre, in degrees.

    Raises:
        ValueError: If the bytes are no WKB.
    """
    try:
        return _centre(list(_wkb_rings(_Bytes(data))))
    except struct.error as failure:
        message = f"the geometry is cut off ({failure})"
        raise ValueError(message) from None


def unreadable_geometries(
    path: Path, rows: list[int], reasons: list[str]
) -> TableError:
    """Return the error of items whose geometry is damaged."""
    what = "1 geometry" if len(rows) == 1 else f"{len(rows)} geometries"
    return TableError(
        f"{what} cannot be read",
        path=path,
        column="geometry",
        rows=rows,
        values=reasons,
        fix="Correct them, or leave them out: an item may have none (null).",
    )


def _geojson_rings(geometry: Mapping[str, Any]) -> Iterator[Ring]:
    """Yield `(vertices, 2)` longitudes and latitudes, and whether each is a hole."""
    for part in geometry.get("geometries") or ():
        yield from _geojson_rings(part)
    coordinates = geometry.get("coordinates") or []
    kind = geometry.get("type")
    if kind == "Point":
        yield _vertices([coordinates]), False
    elif kind in ("MultiPoint", "LineString"):
        yield _vertices(coordinates), False
    elif kind == "MultiLineString":
        for line in coordinates:
            yield _vertices(line), False
    elif kind == "Polygon":
        for number, ring in enumerate(coordinates):
            yield _vertices(ring), number > 0
    elif kind == "MultiPolygon":
        for polygon in coordinates:
            for number, ring in enumerate(polygon):
                yield _vertices(ring), number > 0


def _vertices(positions: list[list[float]]) -> NDArray[np.float64]:
    found = [position[:2] for position in positions if len(position) >= 2]
    return np.array(found, dtype=np.float64).reshape(-1, 2)


class _Bytes:
    """Bytes that are read from the front."""

    def __init__(self, data: bytes) -> None:
        self.data, self.place = data, 0

    def take(self, form: str) -> Any:
        value = struct.unpack_from(form, self.data, self.place)
        self.place += struct.calcsize(form)
        return value[0]

    def vertices(self, order: str, count: int, width: int) -> NDArray[np.float64]:
        form = f"{order}{count * width}d"
        flat = struct.unpack_from(form, self.data, self.place)
        self.place += struct.calcsize(form)
        return np.array(flat, dtype=np.float64).reshape(count, width)[:, :2]


def _wkb_rings(data: _Bytes) -> Iterator[Ring]:
    order = "<" if data.take("B") else ">"
    code = data.take(f"{order}I")
    if code & 0x20000000:  # PostGIS puts the number of a reference system here
        data.take(f"{order}I")
    raised, base = divmod(code & 0xFFFF, 1000)  # ISO adds 1000 for Z, 2000 for M
    width = 2 + (raised in (1, 3)) + (raised in (2, 3))
    width += bool(code & 0x80000000) + bool(code & 0x40000000)
    if base == _POINT:
        yield data.vertices(order, 1, width), False
    elif base == _LINE:
        yield data.vertices(order, data.take(f"{order}I"), width), False
    elif base == _POLYGON:
        for number in range(data.take(f"{order}I")):
            yield data.vertices(order, data.take(f"{order}I"), width), number > 0
    elif base in (4, 5, 6, 7):  # collections of those above
        for _ in range(data.take(f"{order}I")):
            yield from _wkb_rings(data)
    else:
        message = f"WKB knows no geometry of type {code}"
        raise ValueError(message)


def _centre(rings: list[Ring]) -> tuple[float, float] | None:
    rings = [(ring[np.isfinite(ring).all(axis=1)], hole) for ring, hole in rings]
    rings = [(ring, hole) for ring, hole in rings if len(ring)]
    if not rings:
        return None
    total = np.zeros(3)
    for ring, hole in rings:
        total += (-1 if hole else 1) * _area(ring)
    if float(np.linalg.norm(total)) < TINY:  # points, lines, or the whole earth
        if any(np.ptp(ring[:, 0]) >= 360 for ring, _ in rings):
            return None
        total = sum((_on_sphere(ring).sum(axis=0) for ring, _ in rings), np.zeros(3))
    length = float(np.linalg.norm(total))
    if length < TINY:
        return None
    x, y, z = total / length
    latitude = float(np.degrees(np.arcsin(np.clip(z, -1, 1))))
    longitude = float(np.degrees(np.arctan2(y, x)))
    return round(latitude, DECIMALS), round(longitude, DECIMALS)


def _area(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ring's area as a vector `(3,)` that points to its middle.

    It is half the sum of the cross products of neighbouring vertices: the flux through
    any surface that the ring bounds.
    """
    if len(ring) < 3:
        return np.zeros(3)
    points = _on_sphere(_followed(ring))
    vector: NDArray[np.float64] = 0.5 * np.cross(points[:-1], points[1:]).sum(axis=0)
    # The other way round the ring is the same footprint.
    return -vector if vector @ points.mean(axis=0) < 0 else vector


def _followed(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the closed ring with vertices no more than a step apart."""
    closed = np.vstack([ring, ring[:1]])
    steps = np.diff(closed, axis=0)
    # The short way round, except for an edge along a whole parallel.
    steps[:, 0] -= 360 * np.round(steps[:, 0] / 360) * (np.abs(steps[:, 0]) < 360)
    counts = np.maximum(1, np.ceil(np.abs(steps).max(axis=1) / STEP_DEG)).astype(int)
    edge = np.repeat(np.arange(len(steps)), counts)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    share = (np.arange(len(edge)) - first) / counts[edge]
    inner = closed[edge] + share[:, None] * steps[edge]
    return np.vstack([inner, inner[:1]])


def _on_sphere(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    lon, lat = np.radians(positions).T
    return np.column_stack(
        [np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)]
    )
