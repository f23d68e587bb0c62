from datetime import datetime

import numpy as np
import pytest
from PIL import Image
from PIL.ExifTags import GPS
from PIL.ExifTags import Base as B
from PIL.TiffImagePlugin import IFDRational

from sidelight.errors import ConfigError
from sidelight.registry import HEADERS

SHOT = {B.DateTimeOriginal: "2021:07:04 10:30:15"}
TIME = datetime(2021, 7, 4, 10, 30, 15)


def dms(*parts):
    return tuple(IFDRational(*part) for part in parts)


HARARE = {
    GPS.GPSLatitudeRef: "S",
    GPS.GPSLatitude: dms((17, 1), (49, 1), (3000, 100)),
    GPS.GPSLongitudeRef: "E",
    GPS.GPSLongitude: dms((31, 1), (3, 1), (0, 1)),
}


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif"])
def test_every_format_says_the_same(shoot, cells, name):
    path = shoot(
        name,
        {B.Make: "Canon\0\0", B.Model: " EOS R5 "},
        {
            **SHOT,
            B.OffsetTimeOriginal: "+02:00",
            B.ExposureTime: IFDRational(1, 200),
            B.FNumber: IFDRational(28, 10),
            B.ISOSpeedRatings: 400,
            B.FocalLength: IFDRational(50, 1),
            B.LensModel: "RF 50",
            B.Flash: 25,
        },
        {
            **HARARE,
            GPS.GPSAltitude: IFDRational(14905, 10),
            GPS.GPSAltitudeRef: b"\0",
            GPS.GPSImgDirection: IFDRational(3595, 10),
        },
    )
    found = cells("exif", path)
    assert found.pop("latitude") == pytest.approx(-(17 + 49 / 60 + 30 / 3600))
    assert found.pop("longitude") == pytest.approx(31.05)
    assert found == {
        "time": datetime(2021, 7, 4, 8, 30, 15),
        "altitude": 1490.5,
        "direction": 359.5,
        "make": "Canon",
        "model": "EOS R5",
        "lens": "RF 50",
        "exposure_time": 0.005,
        "f_number": 2.8,
        "iso": 400.0,
        "focal_length": 50.0,
        "flash": True,
    }


@pytest.mark.parametrize("below", [b"\x01", 1])
def test_below_the_sea_is_negative(shoot, cells, below):
    gps = {GPS.GPSAltitude: IFDRational(430, 1), GPS.GPSAltitudeRef: below}
    assert cells("exif", shoot(gps=gps)) == {"altitude": -430.0}


@pytest.mark.parametrize(
    "wrong",
    [
        {GPS.GPSLatitude: dms((17, 1), (49, 1), (0, 0))},
        {GPS.GPSLatitude: dms((17, 0), (49, 1), (0, 1))},
        {GPS.GPSLatitude: dms((91, 1), (0, 1), (0, 1))},
        {GPS.GPSLatitude: dms((17, 1), (0, 1))},
        {GPS.GPSLatitudeRef: ""},
        {GPS.GPSLatitudeRef: "X"},
        {GPS.GPSLatitudeRef: None},
        {GPS.GPSLongitude: dms((181, 1), (0, 1), (0, 1))},
        {GPS.GPSLongitudeRef: "N"},
        {GPS.GPSLongitude: None},
    ],
)
def test_half_a_place_is_none(shoot, cells, wrong):
    gps = {k: v for k, v in {**HARARE, **wrong}.items() if v is not None}
    assert cells("exif", shoot(gps=gps)) == {}
    assert set(cells("exif", shoot(gps=HARARE))) == {"latitude", "longitude"}


@pytest.mark.parametrize(
    "shot",
    [
        {B.ExposureTime: IFDRational(1, 0)},
        {B.FNumber: IFDRational(0, 1)},
        {B.FocalLength: IFDRational(0, 0)},
        {B.DateTimeOriginal: "0000:00:00 00:00:00"},
        {B.DateTimeOriginal: "    :  :     :  :  "},
        {B.DateTimeOriginal: "2021:02:30 10:00:00"},
        {B.DateTimeOriginal: "2021:07:04"},
        {B.LensModel: "\0\0 "},
    ],
)
def test_what_says_nothing_is_empty(shoot, cells, shot):
    assert cells("exif", shoot(shot=shot)) == {}


@pytest.mark.parametrize(
    ("shot", "gps", "time", "said"),
    [
        (SHOT, {}, TIME, "exif_time is local time"),
        ({**SHOT, B.OffsetTimeOriginal: "-05:00"}, {}, TIME.replace(hour=15), ""),
        ({**SHOT, B.OffsetTime: "Z"}, {}, TIME, ""),
        ({**SHOT, B.OffsetTime: "+99:00"}, {}, TIME, "local time"),
        ({B.DateTimeDigitized: "2021:07:04 10:30:15"}, {}, TIME, "local time"),
        # The clock of the camera is two minutes slow; its zone is found all the same.
        (SHOT, ("2021:07:04", (5, 2, 20)), TIME.replace(hour=5, minute=0), ""),
        (SHOT, ("2021:07:04", (10, 37, 0)), TIME, "local time"),
        (SHOT, ("2021:07:01", (8, 30, 0)), TIME, "local time"),
        (SHOT, ("2021:07:04", (4_000_000_000, 0, 0)), TIME, "local time"),
    ],
)  # fmt: skip
def test_times_are_utc_where_the_zone_is_known(shoot, shot, gps, time, said):
    if gps:
        day, clock = gps
        stamp = dms(*((part, 1) for part in clock))
        gps = {GPS.GPSDateStamp: day, GPS.GPSTimeStamp: stamp}
    found = HEADERS.get("exif").obj().read([shoot(shot=shot, gps=gps)])
    assert found.frame["time"].item() == time
    assert bool(found.notes) == bool(said)
    assert said in "".join(found.notes)


def test_times_with_and_without_zones_are_counted(shoot):
    paths = [shoot(f"{i}.jpg", shot=SHOT) for i in range(3)]
    paths.append(shoot("z.jpg", shot={**SHOT, B.OffsetTime: "+01:00"}))
    paths.append(shoot("none.jpg", {B.Make: "Canon"}))
    (note,) = HEADERS.get("exif").obj().read(paths).notes
    assert "3 of 5 pictures have an EXIF time without a zone" in note
    assert "1 are in UTC" in note or "1 is in UTC" in note


def test_damage_is_counted_and_absence_is_not(shoot, picture, tmp_path):
    good = shoot("good.jpg", {B.Make: "Canon"})
    data = (tmp_path / "good.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(data[:20])
    (tmp_path / "text.jpg").write_text("no picture")
    (tmp_path / "empty.jpg").touch()
    picture.save(tmp_path / "plain.jpg")
    start = data.index(b"II*\0") if b"II*\0" in data else data.index(b"MM\0*")
    (tmp_path / "odd.jpg").write_bytes(data[:start] + b"\xff" * 8 + data[start + 8 :])
    names = ["cut.jpg", "text.jpg", "empty.jpg", "plain.jpg", "odd.jpg", "gone.jpg"]
    found = (
        HEADERS.get("exif")
        .obj()
        .read([good, None, *(str(tmp_path / n) for n in names)])
    )
    assert found.frame["make"].to_list() == ["Canon"] + [None] * 7
    assert len(found.notes) == 1
    assert "2 of 8 pictures have an EXIF header that cannot be read" in found.notes[0]
    assert "'cut.jpg'" in found.notes[0]


def test_no_header_at_all_is_said(picture, tmp_path):
    picture.save(tmp_path / "plain.jpg")
    found = HEADERS.get("exif").obj().read([str(tmp_path / "plain.jpg")])
    assert found.notes == ["None of the 1 pictures has an EXIF header."]


def test_a_tiff_is_read_whatever_its_bands(tmp_path, cells):
    import rasterio

    path = tmp_path / "a.tif"
    for options in ({}, {"BIGTIFF": "YES"}):
        with rasterio.open(
            path,
            "w",
            "GTiff",
            width=4,
            height=4,
            count=13,
            dtype="int16",
            transform=rasterio.Affine.scale(2),
            **options,
        ) as out:
            out.write(np.zeros((13, 4, 4), "int16"))
            out.update_tags(TIFFTAG_SOFTWARE="GDAL")
        found = cells("exif", path, "ImageWidth", "Software")
        assert found == {"ImageWidth": 4.0, "Software": "GDAL"}


def test_further_fields_are_read_by_name(shoot, cells):
    base = {B.ImageDescription: "a fox", B.XResolution: IFDRational(72, 1)}
    gps = {GPS.GPSDOP: IFDRational(3, 2), GPS.GPSVersionID: b"\2\3\0\0"}
    path = shoot(base=base, gps=gps)
    found = cells("exif", path, "ImageDescription", "XResolution", "GPSDOP", "Artist")
    assert found == {"ImageDescription": "a fox", "XResolution": 72.0, "GPSDOP": 1.5}
    with pytest.raises(
        ConfigError, match=r"no field 'ImageDescr' in an EXIF.*'ImageDe"
    ):
        HEADERS.get("exif").obj(["ImageDescr"])


def test_pixels_are_not_decoded(shoot, cells, monkeypatch):
    path = shoot("a.png", {B.Make: "Canon"})
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("decoded"))
    assert cells("exif", path) == {"make": "Canon"}
