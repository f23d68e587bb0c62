"""Picture files of kinds that Pillow does not write."""

import warnings

import numpy as np
import pytest


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
