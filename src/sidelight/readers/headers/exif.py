"""EXIF: when and where a photograph was taken, with which camera and exposure."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from PIL import ExifTags

from sidelight.readers.headers._base import (
    Cells,
    HeaderColumn,
    HeaderReader,
    counted,
    number,
    text,
)
from sidelight.readers.headers._blocks import opened
from sidelight.readers.headers._dates import FARTHEST, moment, offset
from sidelight.registry import HEADERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

BASE, GPS = ExifTags.Base, ExifTags.GPS
# A camera's clock and its GPS may differ by some minutes; zones differ by quarters.
QUARTER, TOLERANCE = timedelta(minutes=15), timedelta(minutes=5)
LOCAL = "_local"
_TAGS = {tag.name: tag.value for tag in ExifTags.Base}
_GPS_TAGS = {tag.name: tag.value for tag in ExifTags.GPS}


@HEADERS.register(
    "exif", summary="EXIF of photographs: time, place, altitude, camera, exposure"
)
class ExifReader(HeaderReader):
    """Reads EXIF in JPEG, PNG, WebP, AVIF, JPEG 2000 and TIFF."""

    what = "an EXIF header"
    columns = (
        HeaderColumn("time", "datetime", "when it was taken: UTC, or local time"),
        HeaderColumn("latitude", "numeric", "where the camera was", "degrees"),
        HeaderColumn("longitude", "numeric", "where the camera was", "degrees"),
        HeaderColumn("altitude", "numeric", "above sea level; below is negative", "m"),
        HeaderColumn("direction", "numeric", "where the camera looked", "degrees"),
        HeaderColumn("make", "categorical", "maker of the camera"),
        HeaderColumn("model", "categorical", "model of the camera"),
        HeaderColumn("lens", "categorical", "model of the lens"),
        HeaderColumn("exposure_time", "numeric", "how long light came in", "s"),
        HeaderColumn("f_number", "numeric", "focal length over aperture"),
        HeaderColumn("iso", "numeric", "sensitivity"),
        HeaderColumn("focal_length", "numeric", "of the lens as it was set", "mm"),
        HeaderColumn("flash", "boolean", "whether the flash fired"),
    )

    def known_fields(self) -> set[str]:
        """Return the names of all tags of the standard."""
        return {*_TAGS, *_GPS_TAGS}

    def _look(self, path: str) -> Cells | None:
        with opened(path) as blocks:
            base = None if blocks is None else blocks.exif()
            if base is None or not len(base):
                return None
            shot = base.get_ifd(ExifTags.IFD.Exif)
            gps = base.get_ifd(ExifTags.IFD.GPSInfo)
            cells = {**_camera(base, shot), **_place(gps), **_when(shot, gps)}
            for name in self.fields:
                tag = _TAGS.get(name)
                found = gps.get(_GPS_TAGS[name]) if tag is None else None
                cells[name] = _plain(base.get(tag, shot.get(tag)) if tag else found)
        return cells

    def _notes(self, cells: list[Cells], frame: pl.DataFrame) -> list[str]:
        local = sum(row.get(LOCAL, False) for row in cells)
        if not local:
            return []
        dated = frame.height - frame["time"].null_count()
        said = f"{counted(local, len(cells))} an EXIF time without a zone, taken as it "
        if local == dated:
            return [f"{said}stands: exif_time is local time."]
        return [
            f"{said}stands, while {dated - local} are in UTC: the hours of exif_time "
            "cannot be compared. Drop the column, or write the zones into the pictures."
        ]


def _camera(base: Mapping[int, Any], shot: Mapping[int, Any]) -> Cells:
    flash = number(shot.get(BASE.Flash))
    iso = shot.get(BASE.ISOSpeedRatings)
    return {
        "make": text(base.get(BASE.Make)),
        "model": text(base.get(BASE.Model)),
        "lens": text(shot.get(BASE.LensModel)),
        "exposure_time": _positive(shot.get(BASE.ExposureTime)),
        "f_number": _positive(shot.get(BASE.FNumber)),
        "iso": _positive(iso[0] if isinstance(iso, tuple) and iso else iso),
        "focal_length": _positive(shot.get(BASE.FocalLength)),
        "flash": None if flash is None else bool(int(flash) & 1),
    }


def _place(gps: Mapping[int, Any]) -> Cells:
    latitude = _degrees(gps.get(GPS.GPSLatitude), gps.get(GPS.GPSLatitudeRef), "NS")
    longitude = _degrees(gps.get(GPS.GPSLongitude), gps.get(GPS.GPSLongitudeRef), "EW")
    altitude = number(gps.get(GPS.GPSAltitude))
    below = gps.get(GPS.GPSAltitudeRef) in (1, b"\x01", "\x01", (1,))
    direction = number(gps.get(GPS.GPSImgDirection))
    cells: Cells = {"latitude": None, "longitude": None}
    # Half a place is none.
    if latitude is not None and longitude is not None:
        cells = {"latitude": latitude, "longitude": longitude}
    if altitude is not None:
        cells["altitude"] = -abs(altitude) if below else altitude
    if direction is not None and 0 <= direction <= 360:
        cells["direction"] = direction % 360
    return cells


def _degrees(parts: Any, reference: Any, letters: str) -> float | None:
    """Return degrees of a (degrees, minutes, seconds) triple; south and west negative.

    Without its letter a number says nothing: half of the world would be swapped.
    """
    letter = (text(reference) or "").upper()[:1]
    if letter not in tuple(letters) or not isinstance(parts, tuple | list):
        return None
    numbers = [number(part) for part in parts]
    if len(numbers) != 3 or any(n is None or n < 0 for n in numbers):
        return None
    value: float = sum(n / 60.0**i for i, n in enumerate(numbers) if n is not None)
    if value > (90 if letters == "NS" else 180):
        return None
    return -value if letter == letters[1] else value


def _when(shot: Mapping[int, Any], gps: Mapping[int, Any]) -> Cells:
    local = _clock(shot.get(BASE.DateTimeOriginal))
    zones = [shot.get(BASE.OffsetTimeOriginal), shot.get(BASE.OffsetTime)]
    if local is None:
        local = _clock(shot.get(BASE.DateTimeDigitized))
        zones[0] = shot.get(BASE.OffsetTimeDigitized)
    if local is None:
        return {}
    ahead = next((z for z in map(offset, zones) if z is not None), None)
    if ahead is None:
        ahead = _offset_by_gps(local, gps)
    if ahead is None:
        return {"time": local, LOCAL: True}
    try:
        return {"time": local - ahead}
    except OverflowError:
        return {}


def _clock(value: Any) -> datetime | None:
    # A day alone would pretend to midnight.
    return moment(value) if ":" in (text(value) or "")[10:] else None


def _offset_by_gps(local: datetime, gps: Mapping[int, Any]) -> timedelta | None:
    """Return the zone in which the camera's clock agrees with the UTC of its GPS.

    The last fix may be old. So its time is not taken itself, and a difference that is
    no zone's says nothing.
    """
    day, parts = moment(gps.get(GPS.GPSDateStamp)), gps.get(GPS.GPSTimeStamp)
    if day is None or not isinstance(parts, tuple) or len(parts) != 3:
        return None
    hours, minutes, seconds = (number(part) for part in parts)
    if hours is None or minutes is None or seconds is None:
        return None
    if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 61):
        return None
    past = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    ahead = local - day - past
    zone = math.floor(ahead / QUARTER + 0.5) * QUARTER
    return zone if abs(ahead - zone) <= TOLERANCE and abs(zone) <= FARTHEST else None


def _positive(value: Any) -> float | None:
    found = number(value)
    return found if found is not None and found > 0 else None


def _plain(value: Any) -> Any:
    """Return a tag of any type as a number or text; several values as "a;b"."""
    if isinstance(value, tuple | list):
        parts = [_plain(part) for part in value]
        return ";".join(str(part) for part in parts if part is not None) or None
    if isinstance(value, str | bytes):
        return text(value)
    return number(value)
