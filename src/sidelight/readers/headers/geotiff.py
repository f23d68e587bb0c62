"""GeoTIFF: where a scene lies, how fine it is, and what was noted when it was taken."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from sidelight.optional import import_optional
from sidelight.readers.headers._base import (
    Cells,
    HeaderColumn,
    HeaderReader,
    counted,
    number,
    text,
)
from sidelight.readers.headers._blocks import BIG_TIFF, TIFF
from sidelight.readers.headers._dates import moment
from sidelight.registry import HEADERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

WGS84 = "EPSG:4326"
MAJOR, FLATTENING = 6378137.0, 1 / 298.257223563  # the ellipsoid of WGS 84
CRS, CORNERS = "_crs", "_corners"
# column → names of tags that may hold it, the best first; case does not matter
_TIMES = ("acquisitiondatetime", "acquisition_datetime", "datetime", "date_acquired")
_NUMBERS = {
    "cloud_cover": ("cloud_cover", "cloudcover", "eo:cloud_cover"),
    "sun_elevation": ("sun_elevation", "view:sun_elevation", "meansunel"),
    "sun_azimuth": ("sun_azimuth", "view:sun_azimuth", "meansunaz"),
    "off_nadir": ("off_nadir", "view:off_nadir", "meanoffnadirviewangle"),
}
_RANGES = {"cloud_cover": (0, 100), "sun_elevation": (-90, 90), "off_nadir": (-90, 90)}
_SATELLITES = ("satelliteid", "spacecraft_id", "satellite", "platform")


@HEADERS.register(
    "geotiff",
    summary="GeoTIFF: centre, ground resolution, CRS, acquisition, bands, nodata",
    extra="geo",
)
class GeoTiffReader(HeaderReader):
    """Reads what GDAL knows of a TIFF without its pixels."""

    what = "a GeoTIFF header"
    columns = (
        HeaderColumn("latitude", "numeric", "of the centre", "degrees"),
        HeaderColumn("longitude", "numeric", "of the centre", "degrees"),
        HeaderColumn("resolution", "numeric", "side of a pixel on the ground", "m"),
        HeaderColumn("crs", "categorical", "coordinate reference system: EPSG:32633"),
        HeaderColumn("time", "datetime", "when it was taken, as the tags say"),
        HeaderColumn("cloud_cover", "numeric", "share of cloud", "%"),
        HeaderColumn("sun_elevation", "numeric", "height of the sun", "degrees"),
        HeaderColumn("sun_azimuth", "numeric", "direction of the sun", "degrees"),
        HeaderColumn("off_nadir", "numeric", "angle from straight down", "degrees"),
        HeaderColumn("satellite", "categorical", "which satellite took it"),
        HeaderColumn("bands", "numeric", "number of bands"),
        HeaderColumn("band_names", "categorical", "descriptions of the bands: a;b"),
        HeaderColumn("nodata", "numeric", "the value of pixels without data"),
    )

    def require(self) -> None:
        """Check that rasterio is installed."""
        import_optional("rasterio", "Reading GeoTIFF headers", extra="geo")

    def _look(self, path: str) -> Cells | None:
        import rasterio  # noqa: PLC0415

        # GDAL would take some names for addresses; only a local TIFF is opened.
        with Path(path).open("rb") as file:
            if file.read(4) not in TIFF + BIG_TIFF:
                return None
        with rasterio.open(path, driver="GTiff") as dataset:
            tags = {**dataset.tags(), **dataset.tags(ns="IMAGERY")}
            cells: Cells = {name: text(tags.get(name)) for name in self.fields}
            cells |= _acquired({name.lower(): value for name, value in tags.items()})
            names = [text(name) for name in dataset.descriptions]
            cells["bands"] = float(dataset.count)
            cells["band_names"] = ";".join(name or "" for name in names) or None
            cells["band_names"] = cells["band_names"] if any(names) else None
            cells["nodata"] = number(dataset.nodata)
            if dataset.crs is not None and not dataset.transform.is_identity:
                cells[CRS] = dataset.crs.to_wkt()
                cells[CORNERS] = _centre(dataset.transform, dataset.shape)
        return cells

    def _frame(self, cells: list[Cells]) -> pl.DataFrame:
        systems: dict[str, list[int]] = {}
        for row, found in enumerate(cells):
            if found.get(CRS):
                systems.setdefault(found[CRS], []).append(row)
        for wkt, rows in systems.items():
            _place(wkt, [cells[row] for row in rows])
        return super()._frame(cells)

    def _notes(self, cells: list[Cells], frame: pl.DataFrame) -> list[str]:
        nowhere = sum("bands" in found and "latitude" not in found for found in cells)
        if not nowhere:
            return []
        return [
            f"{counted(nowhere, frame.height)} a TIFF that does not say where it lies "
            "(no usable CRS, or no transform): geotiff_latitude, geotiff_longitude and "
            "geotiff_resolution are empty there."
        ]


def _acquired(tags: Mapping[str, str]) -> Cells:
    cells: Cells = {}
    for name, keys in _NUMBERS.items():
        value = next((number(tags[key]) for key in keys if key in tags), None)
        low, high = _RANGES.get(name, (-360, 360))
        # Unknown is written as a number out of range, such as 999 % of cloud.
        cells[name] = value if value is not None and low <= value <= high else None
    # TIFF's own tag says when the file was written, often when the picture was taken.
    times = [moment(tags.get(key)) for key in (*_TIMES, "tifftag_datetime")]
    cells["time"] = next((time for time in times if time is not None), None)
    names = [text(tags.get(key)) for key in _SATELLITES]
    cells["satellite"] = next((name for name in names if name is not None), None)
    return cells


def _centre(transform: Any, shape: tuple[int, int]) -> tuple[float, ...]:
    """Return the centre and the points one pixel to the right and below, in the CRS."""
    row, column = shape[0] / 2, shape[1] / 2
    points = [transform @ (column, row), transform @ (column + 1, row)]
    points.append(transform @ (column, row + 1))
    return tuple(value for point in points for value in point)


def _place(wkt: str, cells: Sequence[Cells]) -> None:
    """Write name of the CRS, centre and resolution into the cells of one CRS."""
    from rasterio.crs import CRS as System  # noqa: PLC0415

    system = System.from_wkt(wkt)
    corners = np.array([found[CORNERS] for found in cells]).reshape(-1, 3, 2)
    name = _name(system)
    for found in cells:
        found["crs"] = name
    degrees = _degrees(system, corners)
    sides = np.diff(_on_earth(degrees)[:, [0, 1, 0, 2]].reshape(-1, 2, 2, 3), axis=2)
    area = np.linalg.norm(np.cross(sides[:, 0, 0], sides[:, 1, 0]), axis=-1)
    for found, (latitude, longitude), square in zip(
        cells, degrees[:, 0].tolist(), area.tolist(), strict=True
    ):
        if np.isfinite([latitude, longitude, square]).all() and abs(latitude) <= 90:
            found["latitude"] = latitude
            found["longitude"] = (longitude + 180) % 360 - 180
            found["resolution"] = float(np.sqrt(square)) or None


def _degrees(system: Any, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return latitudes and longitudes `(scenes, 3, 2)`; NaN where there are none."""
    from rasterio.warp import transform  # noqa: PLC0415

    try:
        lon, lat = transform(
            system, WGS84, points[..., 0].ravel(), points[..., 1].ravel()
        )
    # The plan of a hall, another planet, a point off the map: one such point fails all.
    # GDAL's errors have no public base to catch.
    except Exception:
        if len(points) == 1:
            return np.full(points.shape, np.nan)
        half = len(points) // 2
        parts = [_degrees(system, part) for part in (points[:half], points[half:])]
        return np.concatenate(parts)
    degrees = np.stack([lat, lon], axis=-1).reshape(-1, 3, 2)
    return np.where(np.isfinite(degrees), degrees, np.nan)


def _on_earth(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points `(…, 3)` in metres from the centre of the Earth.

    Distances between them hold anywhere: at a pole and across the antimeridian too.
    """
    lat, lon = np.radians(degrees[..., 0]), np.radians(degrees[..., 1])
    squared = FLATTENING * (2 - FLATTENING)
    radius = MAJOR / np.sqrt(1 - squared * np.sin(lat) ** 2)
    return np.stack(
        [
            radius * np.cos(lat) * np.cos(lon),
            radius * np.cos(lat) * np.sin(lon),
            radius * (1 - squared) * np.sin(lat),
        ],
        axis=-1,
    )


def _name(system: Any) -> str:
    authority = system.to_authority()
    if authority is not None:
        return ":".join(authority)
    # PROJCS["the name", …]: a system of one's own has no number.
    parts = system.to_wkt().split('"')
    return parts[1] if len(parts) > 1 else "unnamed"
