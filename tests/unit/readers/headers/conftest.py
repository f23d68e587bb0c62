"""Pictures with real headers, made on the spot."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import ExifTags, Image

from sidelight.registry import HEADERS

EXIF, GPS = ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo


@pytest.fixture
def picture():
    return Image.fromarray(np.full((6, 8, 3), 90, np.uint8))


@pytest.fixture
def shoot(tmp_path, picture):
    """Return a function that writes a picture with EXIF tags and returns its path."""

    def shoot(name="a.jpg", base=(), shot=(), gps=(), **options):
        exif = Image.Exif()
        exif.update(dict(base))
        for directory, tags in ((EXIF, shot), (GPS, gps)):
            if tags:  # JPEG is written from the one, TIFF from the other
                exif.get_ifd(directory).update(tags)
                exif[directory] = dict(tags)
        picture.save(tmp_path / name, exif=exif, **options)
        return str(tmp_path / name)

    return shoot


@pytest.fixture
def cells():
    """Return a function that reads one header and returns its cells that are there."""

    def cells(header, path, *fields):
        found = HEADERS.get(header).obj(fields).read([str(path)])
        row = found.frame.row(0, named=True) if found.frame.width else {}
        return {name: value for name, value in row.items() if value is not None}

    return cells
