from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from sidelight.errors import ConfigError
from sidelight.readers.headers.dicom import years
from sidelight.registry import HEADERS

PATIENT = {
    "PatientName": "Doe^Jane",
    "PatientID": "0042",
    "PatientBirthDate": "19760301",
    "PatientAge": "045Y",
    "PatientSex": "F",
    "BodyPartExamined": "CHEST",
    "Modality": "CR",
    "PixelSpacing": [0.2, 0.25],
    "ImagerPixelSpacing": [0.3, 0.3],
    "SliceThickness": "1.5",
    "Manufacturer": "Acme ",
    "ViewPosition": "PA",
    "Laterality": "L",
    "StudyDate": "20210704",
    "KVP": "120",
}


@pytest.fixture
def write(tmp_path):
    def write(name="a.dcm", **changes):
        dataset = Dataset()
        for keyword, value in {**PATIENT, **changes}.items():
            if value is not None:
                setattr(dataset, keyword, value)
        dataset.Rows = dataset.Columns = 4
        dataset.BitsAllocated = dataset.BitsStored = 16
        dataset.HighBit, dataset.SamplesPerPixel = 15, 1
        dataset.PixelRepresentation = 0
        dataset.PhotometricInterpretation = "MONOCHROME2"
        dataset.PixelData = np.zeros((4, 4), "uint16").tobytes()
        dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.1"
        dataset.SOPInstanceUID = "1.2.3"
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.save_as(tmp_path / name, enforce_file_format=True)
        return tmp_path / name

    return write


def test_what_is_said_of_the_examination_but_not_who_it_was(write, cells):
    found = cells("dicom", write())
    assert found == {
        "age": 45.0,
        "sex": "F",
        "body_part": "CHEST",
        "modality": "CR",
        "pixel_spacing_row": 0.2,
        "pixel_spacing_column": 0.25,
        "slice_thickness": 1.5,
        "manufacturer": "Acme",
        "view_position": "PA",
        "laterality": "L",
        "study_date": datetime(2021, 7, 4),
    }
    said = " ".join(map(str, found.values()))
    for secret in ("Doe", "0042", "1976"):
        assert secret not in said


def test_who_it_was_is_read_only_if_asked_for(write, cells):
    found = cells("dicom", write(), "PatientID", "PatientName", "KVP", "ImageType")
    assert {name: found.get(name) for name in ("PatientID", "PatientName", "KVP")} == {
        "PatientID": "0042",
        "PatientName": "Doe^Jane",
        "KVP": 120.0,
    }
    assert "PatientBirthDate" not in found
    with pytest.raises(ConfigError, match=r"'PatientId' in a DICOM.*'PatientID'"):
        HEADERS.get("dicom").obj(["PatientId"])


def test_several_values_are_words(write, cells):
    path = write(ImageType=["ORIGINAL", "PRIMARY"])
    assert cells("dicom", path, "ImageType")["ImageType"] == "ORIGINAL;PRIMARY"


@pytest.mark.parametrize(
    ("changes", "name", "value"),
    [
        ({"PixelSpacing": None}, "pixel_spacing_row", 0.3),
        ({"ImageLaterality": "R"}, "laterality", "R"),
        ({"PatientAge": "006M"}, "age", 0.5),
        ({"PatientAge": None}, "age", None),
        ({"StudyDate": None}, "study_date", None),
    ],
)
def test_single_fields(write, cells, changes, name, value):
    assert cells("dicom", write(**changes)).get(name) == value


def test_damage_is_counted(write, tmp_path, picture):
    good = write()
    data = good.read_bytes()
    (tmp_path / "cut.dcm").write_bytes(data[:140])
    (tmp_path / "wrong.dcm").write_bytes(
        data.replace(b"1.5 ", b"x.y ").replace(b"20210704", b"20219904")
    )
    picture.save(tmp_path / "b.jpg")
    names = ["a.dcm", "cut.dcm", "wrong.dcm", "b.jpg", "gone.dcm"]
    found = HEADERS.get("dicom").obj().read([str(tmp_path / name) for name in names])
    frame = found.frame
    assert frame["age"].to_list()[0] == 45
    assert frame["age"].to_list()[2:] == [45, None, None]
    assert frame["slice_thickness"].to_list()[2] is None
    assert frame["study_date"].to_list()[2] is None
    assert frame["sex"].to_list()[3:] == [None, None]


def test_pixels_are_not_read(write, cells, monkeypatch):
    path = write()
    path.write_bytes(path.read_bytes()[:-32])  # the pixels are gone
    assert cells("dicom", path)["age"] == 45


UNITS = {"D": 365.25, "W": 365.25 / 7, "M": 12, "Y": 1}


@given(st.integers(0, 999), st.sampled_from("DWMY"))
def test_an_age_string_is_years(number, unit):
    assert years(f"{number:03d}{unit}") == pytest.approx(number / UNITS[unit])


@given(st.text(max_size=6))
def test_anything_else_is_no_age(text):
    known = text.strip(" \0").upper()
    if len(known) > 1 and known[-1] in UNITS and known[:-1].isdecimal():
        return
    assert years(text) is None
