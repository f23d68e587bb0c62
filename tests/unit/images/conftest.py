"""Tables of generated pictures."""

import warnings
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from sidelight.schema import Schema
from sidelight.table import Pictures, Table


def make_table(paths):
    """A table whose only column names these files; row 1 is the first."""
    paths = tuple(Path(path) for path in paths)
    return Table(
        frame=pl.DataFrame({"file": [str(path) for path in paths]}),
        schema=Schema(image="file"),
        source="scenes.csv",
        rows=np.arange(1, len(paths) + 1),
        images=Pictures(paths),
    )


@pytest.fixture(name="make_table")
def make_table_fixture():
    return make_table


@pytest.fixture
def pictures(tmp_path):
    """Six random RGB pictures of 8 × 8, lossless."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    rng = np.random.default_rng(0)
    paths = []
    for number in range(6):
        paths.append(folder / f"{number}.png")
        pixels = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(paths[-1])
    return make_table(paths)


def write_tiff(path, values, *, nodata=None, names=(), **options):
    """Write `(height, width, bands)` as a GeoTIFF without a place."""
    import rasterio

    height, width, bands = values.shape
    with (
        warnings.catch_warnings(),
        rasterio.Env(GDAL_PAM_ENABLED="NO"),
    ):
        warnings.simplefilter("ignore")
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            height=height,
            width=width,
            count=bands,
            dtype=values.dtype,
            nodata=nodata,
            **options,
        ) as file:
            file.write(np.moveaxis(values, -1, 0))
            for number, name in enumerate(names, start=1):
                file.set_band_description(number, name)
    return path


@pytest.fixture(name="write_tiff")
def write_tiff_fixture():
    return write_tiff


@pytest.fixture
def write_dicom():
    """Write stored values `(height, width)` or `(frames, height, width)` as DICOM."""
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

    def write(path, stored, *, bits=None, syntax=ExplicitVRLittleEndian, **tags):
        meta = FileMetaDataset()
        meta.TransferSyntaxUID = syntax
        meta.MediaStorageSOPClassUID = CTImageStorage
        meta.MediaStorageSOPInstanceUID = generate_uid()
        dataset = Dataset()
        dataset.file_meta = meta
        dataset.SOPClassUID = CTImageStorage
        dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
        dataset.Rows, dataset.Columns = stored.shape[-2:]
        if stored.ndim == 3:
            dataset.NumberOfFrames = len(stored)
        dataset.SamplesPerPixel = 1
        dataset.PhotometricInterpretation = "MONOCHROME2"
        dataset.BitsAllocated = 8 * stored.dtype.itemsize
        dataset.BitsStored = bits or dataset.BitsAllocated
        dataset.HighBit = dataset.BitsStored - 1
        dataset.PixelRepresentation = int(stored.dtype.kind == "i")
        for name, value in tags.items():
            setattr(dataset, name, value)
        if syntax == ExplicitVRLittleEndian:
            dataset.PixelData = stored.tobytes()
        else:
            from pydicom.encaps import encapsulate

            dataset.PixelData = encapsulate([b"\x01\x02" * 8])
            dataset["PixelData"].VR = "OB"
        dataset.save_as(path, enforce_file_format=True)
        return path

    return write
