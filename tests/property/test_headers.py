"""Headers of strangers' files: whatever their bytes are, reading ends with cells."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from sidelight.readers.headers.exif import _degrees
from sidelight.registry import HEADERS


def jpeg():
    exif = Image.Exif()
    exif[Base.Make] = "Canon"
    shot = {Base.DateTimeOriginal: "2021:07:04 10:30:15", Base.FNumber: 2.8}
    exif.get_ifd(IFD.Exif).update(shot)
    gps = {GPS.GPSLatitudeRef: "S", GPS.GPSLatitude: (17.0, 49.0, 30.0)}
    exif.get_ifd(IFD.GPSInfo).update(gps)
    xmp = (
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><r:RDF xmlns:r='http://www.w3.org/1999/"
        b"02/22-rdf-syntax-ns#'><r:Description xmlns:p='p' p:Rating='4'/></r:RDF>"
        b"</x:xmpmeta>"
    )
    data = io.BytesIO()
    Image.new("RGB", (4, 4)).save(data, "JPEG", exif=exif, xmp=xmp)
    return data.getvalue()


def tiff():
    import rasterio

    with rasterio.MemoryFile() as memory:
        with memory.open(
            driver="GTiff",
            width=4,
            height=4,
            count=1,
            dtype="uint8",
            crs="EPSG:32633",
            transform=rasterio.Affine(10, 0, 5e5, 0, -10, 1e6),
        ) as out:
            out.write(np.zeros((1, 4, 4), np.uint8))
            out.update_tags(CLOUD_COVER="12")
        return memory.read()


def dicom():
    dataset = Dataset()
    dataset.PatientAge, dataset.SliceThickness = "045Y", "1.5"
    dataset.PixelSpacing, dataset.StudyDate = [0.2, 0.25], "20210704"
    dataset.SOPClassUID, dataset.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.1", "1.2.3"
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = io.BytesIO()
    dataset.save_as(data, enforce_file_format=True)
    return data.getvalue()


SIDECAR = b'{"gain": 1.5, "lens": {"mm": 50}, "on": true, "who": "Ann"}'
MADE = {"exif": jpeg, "xmp": jpeg, "geotiff": tiff, "dicom": dicom}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("headers")


@pytest.fixture(scope="module")
def whole():
    return {name: make() for name, make in MADE.items()} | {"sidecar": SIDECAR}


# Rasterio's log stumbles over damaged text that GDAL cites; reading goes on.
@pytest.mark.filterwarnings("ignore:.*rasterio._env.log_error")
@pytest.mark.parametrize("header", HEADERS.names())
@given(data=st.data())
def test_no_damage_ends_the_reading(place, whole, header, data):
    mended = bytearray(whole[header])
    length = len(mended)
    for _ in range(data.draw(st.integers(0, 8))):
        # Where tags and sizes are: pixels and padding come last.
        mended[data.draw(st.integers(0, length - 1))] = data.draw(st.integers(0, 255))
    mended = mended[: data.draw(st.integers(0, length))]
    path = place / "a.json" if header == "sidecar" else place / header
    path.write_bytes(mended)
    found = HEADERS.get(header).obj().read([str(path.with_suffix(""))])
    assert found.frame.height == 1 or found.frame.width == 0
    for cells in found.frame:
        if cells.dtype.is_float():
            assert cells.is_finite().fill_null(value=True).all()
        if cells.dtype == "String":
            assert "\0" not in (cells.item() or "")


PART = st.integers(0, 2**32 - 1)
RATIONAL = st.builds(IFDRational, PART, PART)


@given(st.lists(RATIONAL, max_size=4), st.sampled_from(["N", "S", b"N\0", "", None]))
def test_rationals_are_degrees_or_nothing(parts, letter):
    found = _degrees(tuple(parts), letter, "NS")
    sound = len(parts) == 3 and all(part.denominator for part in parts) and letter
    if not sound:
        assert found is None
        return
    value = sum(p.numerator / p.denominator / 60**i for i, p in enumerate(parts))
    if value > 90 + 1e-9:
        assert found is None
    elif value < 90 - 1e-9:
        assert found == pytest.approx(-value if letter == "S" else value)
        assert not math.isnan(found)
