"""Encoded pictures in records become files."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from pathlib import Path, PurePosixPath

from sidelight.errors import TableError
from sidelight.readers.tables._tfrecord.layout import OWN, Description
from sidelight.readers.tables._tfrecord.records import Feature

# How encoded pictures begin, and what their files are called.
SIGNATURES = (
    (b"\xff\xd8\xff", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"GIF8", ".gif"),
    (b"BM", ".bmp"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
    (b"II+\0", ".tif"),
    (b"\x93NUMPY", ".npy"),
)
# Two bytes are met by chance in words.
SURE = frozenset({".jpg", ".png", ".gif", ".tif", ".webp", ".npy"})


class Pictures:
    """Encoded pictures, written to files whose names take their place in a record.

    Attributes:
        names: The features that hold pictures, in the order they were met.
    """

    def __init__(self, folder: Path, description: Description) -> None:
        self.folder = folder
        self.names = dict.fromkeys(sorted(description.pictures))
        self._own: dict[str, str] = description.own.get("pictures", {})
        self._image: str | list[str] | None = description.own.get("image")
        self._judged: dict[str, bool] = dict.fromkeys(self.names, True)
        self._written: Counter[str] = Counter()

    def main(self) -> str | list[str] | None:
        """Return the columns of pictures: the declared ones, or the most likely."""
        if self._own:
            return self._image
        likely = ("image", "image/encoded")
        return next((n for n in (*likely, *self.names) if n in self.names), None)

    def taken_from(self, record: dict[str, Feature]) -> dict[str, Feature]:
        """Write a record's pictures; return it with the names of files instead."""
        if self._own:
            return self._restored(record)
        for name, (kind, values) in record.items():
            if kind != "bytes" or not self._is_picture(name, values):
                continue
            names = [self._write(self._hashed(data), data) for data in values]
            record[name] = ("bytes", names)
        return record

    def _restored(self, record: dict[str, Feature]) -> dict[str, Feature]:
        """Write the pictures under the names that the record gives them."""
        for feature, named in self._own.items():
            _, pictures = record.pop(feature, ("bytes", []))
            _, names = record.pop(named, ("bytes", []))
            if len(pictures) != len(names):
                message = f"a record has {len(pictures)} pictures, {len(names)} names"
                raise TableError(message, path=OWN)
            for data, name in zip(pictures, names, strict=True):
                place = safe_name(name.decode("utf-8", "replace"))
                if place is None:
                    message = f"a picture is called {name!r}, which is no file name"
                    raise TableError(message, path=OWN)
                self._write(place, data)
        return record

    def _is_picture(self, name: str, values: list[bytes]) -> bool:
        """Return whether a feature holds pictures, told by the first that is filled."""
        if name not in self._judged and values:
            self._judged[name] = suffix_of(values[0]) in SURE
            if self._judged[name]:
                self.names[name] = None
        return self._judged.get(name, False)

    def _hashed(self, data: bytes) -> str:
        """Return a name that tells the contents; a second copy gets a number."""
        stem = hashlib.blake2b(data, digest_size=16).hexdigest()
        self._written[stem] += 1
        number = self._written[stem]
        copy = f"-{number}" if number > 1 else ""
        return f"{stem}{copy}{suffix_of(data)}"

    def _write(self, name: str, data: bytes) -> bytes:
        place = self.folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        return name.encode()


def suffix_of(data: bytes) -> str:
    """Return the ending of a picture's file, told by how its bytes begin."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ".webp"
    return next((s for start, s in SIGNATURES if data.startswith(start)), ".bin")


def safe_name(name: str) -> str | None:
    """Return a file name that stays within its folder, None if it would not."""
    path = PurePosixPath(name)
    plain = (
        name.isprintable()
        and bool(path.parts)
        and str(path) == name
        and not path.is_absolute()
        and ".." not in path.parts
        and "\\" not in name
        and ":" not in name
        and all(len(os.fsencode(part)) <= 200 for part in path.parts)
        and 0 < len(os.fsencode(name)) <= 1000
    )
    return name if plain else None
