import math
from datetime import datetime

import numpy as np
import pytest
import rasterio
from rasterio import Affine

from sidelight.errors import ConfigError
from sidelight.registry import HEADERS

SIZE = 10  # pixels on each side


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a scene with its centre at a point of the CRS."""

    def write(name, crs, centre=(0, 0), pixel=10.0, tags=(), bands=1, **options):
        x, y = centre[0] - SIZE / 2 * pixel, centre[1] + SIZE / 2 * pixel
        path = tmp_path / name
        with rasterio.open(
            path,
            "w",
            "GTiff",
            width=SIZE,
            height=SIZE,
            count=bands,
            dtype="uint16",
            crs=crs,
            transform=Affine(pixel, 0, x, 0, -pixel, y),
            **options,
        ) as out:
            out.write(np.ones((bands, SIZE, SIZE), "uint16"))
            out.update_tags(**dict(tags))
            if bands > 1:
                out.descriptions = [f"B{i + 1}" for i in range(bands)]
        return str(path)

    return write


def scale_at_the_pole(true_at):
    """Return the scale of a polar stereographic map at the pole (Snyder, 21-33 ff.)."""
    flattening = 1 / 298.257223563
    e = math.sqrt(flattening * (2 - flattening))
    phi = math.radians(true_at)
    t = math.tan(math.pi / 4 - phi / 2)
    t /= ((1 - e * math.sin(phi)) / (1 + e * math.sin(phi))) ** (e / 2)
    m = math.cos(phi) / math.sqrt(1 - (e * math.sin(phi)) ** 2)
    return m * math.sqrt((1 + e) ** (1 + e) * (1 - e) ** (1 - e)) / (2 * t)


@pytest.mark.parametrize(
    ("crs", "centre", "pixel", "latitude", "longitude", "resolution"),
    [
        ("EPSG:32633", (500_000, 0), 10, 0, 15, 10 / 0.9996),
        # A degree at the equator: 111,319.49 m of longitude, 110,574.28 m of latitude.
        ("EPSG:4326", (20, 0), 0.001, 0, 20, math.sqrt(111.31949 * 110.57428)),
        ("EPSG:4326", (190, 0), 0.001, 0, -170, math.sqrt(111.31949 * 110.57428)),
        # Web Mercator doubles what lies at 60 degrees, up to the shape of the Earth.
        ("EPSG:3857", (0, 8_399_737.89), 10, 60, 0, 5.0 * 1.0017),
        ("EPSG:3413", (0, 0), 100, 90, None, 100 / scale_at_the_pole(70)),
        ("EPSG:3031", (0, 0), 100, -90, None, 100 / scale_at_the_pole(71)),
        # Half of the scene is east of the antimeridian, half west of it.
        ("EPSG:3832", (math.radians(30) * 6378137, 0), 1000, 0, 180, 1000),
    ],
)
def test_centre_and_resolution(
    write, cells, crs, centre, pixel, latitude, longitude, resolution
):
    found = cells("geotiff", write("a.tif", crs, centre, pixel))
    assert found["crs"] == crs
    assert found["latitude"] == pytest.approx(latitude, abs=1e-6)
    if longitude is not None:
        difference = (found["longitude"] - longitude + 180) % 360 - 180
        assert difference == pytest.approx(0, abs=1e-6)
    assert found["resolution"] == pytest.approx(resolution, rel=4e-3)
    assert -180 <= found["longitude"] < 180


def test_the_pole_and_utm_are_exact(write, cells):
    for crs, scale in (("EPSG:3413", scale_at_the_pole(70)), ("EPSG:32633", 0.9996)):
        x = 500_000 if crs == "EPSG:32633" else 0
        found = cells("geotiff", write("a.tif", crs, (x, 0), 1.0))
        assert found["resolution"] == pytest.approx(1 / scale, rel=1e-6)


def test_acquisition_bands_and_nodata(write, cells):
    tags = {
        "ACQUISITIONDATETIME": "2021-07-04 10:30:15",
        "TIFFTAG_DATETIME": "2022:01:01 00:00:00",
        "CLOUD_COVER": "12.5",
        "SUN_ELEVATION": "41",
        "Sun_Azimuth": "170.25",
        "SPACECRAFT_ID": "LANDSAT_8",
        "OTHER": "007",
    }
    path = write("a.tif", "EPSG:32633", (5e5, 5e6), tags=tags, bands=3, nodata=0)
    found = cells("geotiff", path, "OTHER", "absent")
    for name in ("latitude", "longitude", "resolution", "crs"):
        found.pop(name)
    assert found == {
        "time": datetime(2021, 7, 4, 10, 30, 15),
        "cloud_cover": 12.5,
        "sun_elevation": 41.0,
        "sun_azimuth": 170.25,
        "satellite": "LANDSAT_8",
        "bands": 3.0,
        "band_names": "B1;B2;B3",
        "nodata": 0.0,
        "OTHER": "007",
    }


def test_a_field_may_not_be_called_as_a_column():
    with pytest.raises(ConfigError, match="'time' is a column that a GeoTIFF header"):
        HEADERS.get("geotiff").obj(["time"])


def test_the_files_own_time_is_the_last_resort(write, cells):
    tags = {"TIFFTAG_DATETIME": "2022:01:01 12:00:00", "CLOUD_COVER": "999"}
    found = cells("geotiff", write("a.tif", "EPSG:4326", tags=tags))
    assert found["time"] == datetime(2022, 1, 1, 12)
    assert "cloud_cover" not in found


def test_scenes_that_lie_nowhere_are_counted(write, tmp_path, picture):
    moon = "+proj=longlat +R=1737400 +no_defs"
    local = 'LOCAL_CS["a hall",UNIT["metre",1]]'
    paths = [write("a.tif", "EPSG:32633", (5e5, 0)), write("none.tif", None)]
    paths += [write("local.tif", local), write("moon.tif", moon)]
    picture.save(tmp_path / "plain.tif")
    picture.save(tmp_path / "b.jpg")
    (tmp_path / "cut.tif").write_bytes((tmp_path / "a.tif").read_bytes()[:12])
    paths += [str(tmp_path / name) for name in ("plain.tif", "b.jpg", "cut.tif")]
    found = HEADERS.get("geotiff").obj().read(paths)
    where = found.frame["latitude"].is_not_null().to_list()
    assert where == [True] + [False] * 6
    damaged, nowhere = found.notes
    assert "1 of 7 pictures has a GeoTIFF header that cannot be read" in damaged
    assert "'cut.tif'" in damaged
    assert "4 of 7 pictures have a TIFF that does not say where it lies" in nowhere
    assert found.frame["bands"].to_list() == [1, 1, 1, 1, 3, None, None]


def test_a_scene_off_the_map_spoils_no_other(write):
    places = [(5e5, 0), (1e30, 0), (5e5, 1e6)]
    paths = [write(f"{i}.tif", "EPSG:32633", at) for i, at in enumerate(places)]
    found = HEADERS.get("geotiff").obj().read(paths)
    assert found.frame["latitude"].is_null().to_list() == [False, True, False]
    assert found.frame["crs"].to_list() == ["EPSG:32633"] * 3


def test_a_latitude_that_no_place_has_is_empty(write):
    paths = [write("a.tif", "EPSG:4326", (0, 95)), write("b.tif", "EPSG:4326", (0, 5))]
    found = HEADERS.get("geotiff").obj().read(paths)
    assert found.frame["latitude"].is_null().to_list() == [True, False]
    assert "1 of 2 pictures has a TIFF that does not say" in found.notes[0]


def test_points_that_are_transformed_to_infinity_are_empty(write, monkeypatch):
    import rasterio.warp

    nowhere = [float("inf")] * 3
    monkeypatch.setattr(rasterio.warp, "transform", lambda *_: (nowhere, nowhere))
    found = HEADERS.get("geotiff").obj().read([write("a.tif", "EPSG:3413")])
    assert found.frame["latitude"].to_list() == [None]


def test_a_name_is_never_an_address(cells, tmp_path):
    for name in ("/vsicurl/http://example.org/a.tif", "/vsizip/a.zip/a.tif"):
        found = HEADERS.get("geotiff").obj().read([name])
        assert found.frame["bands"].to_list() == [None]
        assert found.notes == ["None of the 1 pictures has a GeoTIFF header."]
