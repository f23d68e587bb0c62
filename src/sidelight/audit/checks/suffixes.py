"""Files whose name says one format and whose contents another."""

from __future__ import annotations

import os.path

import numpy as np

from sidelight.audit._context import Context, counted, verb
from sidelight.audit._finding import Finding
from sidelight.registry import CHECKS

FORMATS = {
    ".jpg": {"JPEG", "MPO"}, ".jpeg": {"JPEG", "MPO"}, ".png": {"PNG"},
    ".tif": {"TIFF"}, ".tiff": {"TIFF"}, ".bmp": {"BMP", "DIB"}, ".gif": {"GIF"},
    ".webp": {"WEBP"}, ".ppm": {"PPM"}, ".pgm": {"PPM"}, ".npy": {"NPY"},
    ".dcm": {"DICOM"}, ".jp2": {"JPEG2000"},
}  # fmt: skip


@CHECKS.register(
    "suffixes",
    summary="files whose ending lies: a PNG called .jpg",
    capabilities={"pixels"},
)
def find(context: Context) -> list[Finding]:
    """Say which names do not fit their contents."""
    files = context.files
    if files is None:
        return []
    lying, values = [], []
    for place, one in enumerate(files.looked):
        ending = os.path.splitext(one.path)[1].lower()  # noqa: PTH122
        # What nobody knows the format of is unreadable, which is another check.
        if one.format and one.format not in FORMATS.get(ending, {one.format}):
            lying.append(place)
            values.append(f"{one.format}, called {ending}")
    if not lying:
        return []
    where = np.array(lying)
    return [
        context.finding(
            "suffixes",
            "warning",
            f"{counted(len(lying), 'file')} {verb(len(lying), 'is', 'are')} of another "
            "format than the name says.",
            column=context.table.schema.image,
            where=files.rows[where],
            values=values[:5],
            files=files.paths(where),
            fix="Sidelight reads what a file is, other programs may not: rename them. "
            "If they are of one class, see the check file_facts.",
        )
    ]
