"""DICOM: who was examined how, without saying who it was.

Names, birth dates and identifiers of patients are not read unless they are asked for
by name: `dicom:PatientID`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sidelight.optional import import_optional
from sidelight.readers.headers._base import (
    Cells,
    HeaderColumn,
    HeaderReader,
    number,
    text,
)
from sidelight.readers.headers._dates import moment
from sidelight.registry import HEADERS

if TYPE_CHECKING:
    from collections.abc import Collection

_AGE = re.compile(r"(\d{1,3})([DWMY])$")
_A_YEAR = {"D": 365.25, "W": 365.25 / 7, "M": 12.0, "Y": 1.0}
# column → keyword of its tag
_TEXTS = {
    "sex": "PatientSex",
    "body_part": "BodyPartExamined",
    "modality": "Modality",
    "manufacturer": "Manufacturer",
    "model": "ManufacturerModelName",
    "view_position": "ViewPosition",
}
_READ = (
    *_TEXTS.values(),
    "PatientAge",
    "PixelSpacing",
    "ImagerPixelSpacing",
    "SliceThickness",
    "ImageLaterality",
    "Laterality",
    "StudyDate",
)


@HEADERS.register(
    "dicom",
    summary="DICOM: age, sex, body part, modality, spacing; no names, no identifiers",
    extra="medical",
)
class DicomReader(HeaderReader):
    """Reads the data set in front of the pixels."""

    what = "a DICOM header"
    columns = (
        HeaderColumn("age", "numeric", "of the patient", "years"),
        HeaderColumn("sex", "categorical", "of the patient: F, M or O"),
        HeaderColumn("body_part", "categorical", "what was examined"),
        HeaderColumn("modality", "categorical", "CR, CT, MR, …"),
        HeaderColumn("pixel_spacing_row", "numeric", "between rows", "mm"),
        HeaderColumn("pixel_spacing_column", "numeric", "between columns", "mm"),
        HeaderColumn("slice_thickness", "numeric", "of a slice", "mm"),
        HeaderColumn("manufacturer", "categorical", "maker of the device"),
        HeaderColumn("model", "categorical", "model of the device"),
        HeaderColumn("view_position", "categorical", "AP, PA, LL, …"),
        HeaderColumn("laterality", "categorical", "which side: L or R"),
        HeaderColumn("study_date", "datetime", "day of the examination"),
    )

    def known_fields(self) -> Collection[str]:
        """Return the keywords of the DICOM dictionary."""
        self.require()
        from pydicom.datadict import keyword_dict  # noqa: PLC0415

        return keyword_dict.keys()

    def require(self) -> None:
        """Check that pydicom is installed."""
        import_optional("pydicom", "Reading DICOM headers", extra="medical")

    def _look(self, path: str) -> Cells | None:
        from pydicom import dcmread  # noqa: PLC0415
        from pydicom.errors import InvalidDicomError  # noqa: PLC0415

        try:
            found = dcmread(
                path, stop_before_pixels=True, specific_tags=[*_READ, *self.fields]
            )
        except InvalidDicomError:  # another kind of file
            return None
        row, column = _spacing(found)
        cells: Cells = {
            name: text(_value(found, word)) for name, word in _TEXTS.items()
        }
        side = text(_value(found, "ImageLaterality"))
        return {
            **{name: _plain(_value(found, name)) for name in self.fields},
            **cells,
            "age": years(_value(found, "PatientAge")),
            "pixel_spacing_row": row,
            "pixel_spacing_column": column,
            "slice_thickness": number(_value(found, "SliceThickness")),
            "laterality": side or text(_value(found, "Laterality")),
            "study_date": moment(_value(found, "StudyDate")),
        }


def years(age: Any) -> float | None:
    """Return the years of an age such as "045Y", "006M", "002W" or "010D"."""
    found = _AGE.match((text(age) or "").upper())
    if found is None:
        return None
    return int(found[1]) / _A_YEAR[found[2]]


def _spacing(found: Any) -> tuple[float | None, float | None]:
    """Return the distance of rows and of columns, at the detector if not known better.

    A projection says what the distance is on its detector, not in the patient.
    """
    for keyword in ("PixelSpacing", "ImagerPixelSpacing"):
        value = _value(found, keyword)
        if value is not None and not isinstance(value, str) and len(value) == 2:
            return number(value[0]), number(value[1])
    return None, None


def _value(found: Any, keyword: str) -> Any:
    # Single values may be damaged; they fail when they are looked at.
    try:
        return found.get(keyword)
    except (ValueError, TypeError, OverflowError, AttributeError, LookupError):
        return None


def _plain(value: Any) -> Any:
    """Return a value of any representation as a number or text; several as "a;b"."""
    if value is None or isinstance(value, str):
        return text(value)
    if isinstance(value, int | float):
        return float(value)
    if hasattr(value, "append"):
        return ";".join(str(part) for part in value) or None
    return number(value) if hasattr(value, "as_tuple") else text(str(value))
