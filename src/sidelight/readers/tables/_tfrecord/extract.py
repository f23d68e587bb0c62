"""Records in, a frame and files of pictures out; kept, so that it is done once."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

import polars as pl

from sidelight.errors import DiskFullError, TableError
from sidelight.readers.tables._tfrecord import columns
from sidelight.readers.tables._tfrecord.layout import (
    FEATURES,
    INFO,
    LABELS,
    OWN,
    Description,
    described,
    split_of,
)
from sidelight.readers.tables._tfrecord.records import Feature, Kind, read_records
from sidelight.runs import default_cache, write_json, write_parquet

PIECE = 4096  # records whose values are held as Python objects
ENOSPC = 28
FILE = "\0"  # a column that no feature can be called
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
PICTURES, TABLE, SAID = "pictures", "table.parquet", "source.json"


def cache_of(source: str, files: list[Path]) -> Path:
    """Return the folder where what is in these files is kept.

    Its name depends on their places, sizes and times, so other contents get another.
    """
    folder = files[0].parent if files else Path(source)
    beside = [folder / name for name in (OWN, FEATURES, INFO)]
    beside += sorted(folder.glob(f"*{LABELS}"))
    digest = hashlib.blake2b(digest_size=16)
    for path in (*files, *(p for p in beside if p.is_file())):
        found = path.stat()
        said = f"{path.absolute()}\0{found.st_size}\0{found.st_mtime_ns}\0"
        digest.update(os.fsencode(said))
    return default_cache() / "tfrecord" / digest.hexdigest()


def extracted(cache: Path, files: list[Path]) -> tuple[pl.DataFrame, str | None]:
    """Return the frame of all records, and its column of pictures.

    Args:
        cache: Folder of this source; filled now if it is not there, whole or not at
            all.
        files: Files of records, in order.

    Raises:
        TableError: If a file is damaged or its records disagree.
        DiskFullError: If the pictures do not fit into the cache.
    """
    if not (cache / SAID).is_file():
        made = cache.with_name(f".{cache.name}.{os.getpid()}.partial")
        shutil.rmtree(made, ignore_errors=True)
        try:
            (made / PICTURES).mkdir(parents=True)
            _fill(made, files)
            _put(made, cache)
        except OSError as failure:
            if failure.errno == ENOSPC:
                raise DiskFullError(cache) from failure
            raise
        finally:
            shutil.rmtree(made, ignore_errors=True)
    said = json.loads((cache / SAID).read_text("utf-8"))
    return pl.read_parquet(cache / TABLE), said["image"]


def _put(made: Path, cache: Path) -> None:
    try:
        made.rename(cache)
    except OSError:  # another process has put the same there
        if not (cache / SAID).is_file():
            raise


def _fill(folder: Path, files: list[Path]) -> None:
    description = described(files[0].parent)
    pictures = _Pictures(folder / PICTURES, description)
    pieces = [_lists(piece, files) for piece in _in_pieces(files, pictures)]
    lists = {c.name: c for c in pl.concat(pieces, how="diagonal").iter_columns()}
    row_files = lists.pop(FILE).explode(empty_as_null=True)
    image = pictures.main()
    try:
        if description.own:
            types: dict[str, str] = description.own["columns"]
            frame = pl.DataFrame(
                [columns.decode(lists, n, types[n], len(row_files)) for n in types]
            )
        else:
            frame = _frame(lists, description, pictures.names)
            frame = _with_part(frame, files, row_files)
    except ValueError as failure:
        raise TableError(str(failure), path=files[0].parent) from None
    write_parquet(folder / TABLE, frame)
    write_json(folder / SAID, {"files": [str(f) for f in files], "image": image})


def _in_pieces(
    files: list[Path], pictures: _Pictures
) -> Iterator[list[tuple[int, dict[str, Feature]]]]:
    """Yield records, each with the position of its file; pictures are written."""
    piece: list[tuple[int, dict[str, Feature]]] = []
    for number, path in enumerate(files):
        for record in read_records(path):
            piece.append((number, pictures.taken_from(record)))
            if len(piece) == PIECE:
                yield piece
                piece = []
    if piece:
        yield piece


def _lists(
    piece: list[tuple[int, dict[str, Feature]]], files: list[Path]
) -> pl.DataFrame:
    """Return a column of lists per feature, and one of the positions of the files."""
    names = dict.fromkeys(name for _, record in piece for name in record)
    made = [pl.Series(FILE, [[n] for n, _ in piece], dtype=pl.List(pl.Int64))]
    for name in names:
        found = [record.get(name) for _, record in piece]
        kinds: set[Kind] = {feature[0] for feature in found if feature is not None}
        if len(kinds) > 1:
            held = " and ".join(sorted(kinds))
            message = f"the feature {name!r} is {held} in different records"
            raise TableError(message, path=files[piece[0][0]])
        cells = [None if feature is None else feature[1] for feature in found]
        made.append(pl.Series(name, cells, dtype=columns.LISTS[kinds.pop()]))
    return pl.DataFrame(made)


def _frame(
    lists: dict[str, pl.Series], description: Description, pictures: Iterable[str]
) -> pl.DataFrame:
    """Return the columns of records that Sidelight has not written, pictures first."""
    made = []
    for name, cells in sorted(lists.items()):  # records have no order of features
        if name in description.classes:
            cells = _named(cells, description.classes[name])
        elif name in description.booleans:
            cells = cells.cast(pl.List(pl.Boolean))
        made.append(columns.plain(cells, is_list=name in description.sequences))
    frame = pl.DataFrame(made)
    first = [name for name in pictures if name in frame.columns]
    return frame.select(*first, pl.exclude(first))


def _with_part(
    frame: pl.DataFrame, files: list[Path], row_files: pl.Series
) -> pl.DataFrame:
    """Return the frame with the split that each row's file is of, if several are."""
    splits = [split_of(path) for path in files]
    if None in splits or len(set(splits)) == 1 or "part" in frame.columns:
        return frame
    parts = pl.Series("part", splits, dtype=pl.String).gather(row_files)
    return frame.with_columns(parts)


def _named(cells: pl.Series, classes: list[str]) -> pl.Series:
    """Return names of classes for their numbers; −1 means that there is none."""
    numbers = cells.explode()
    wrong = ((numbers < -1) | (numbers >= len(classes))).sum()
    if wrong:
        message = (
            f"{wrong} values of {cells.name!r} are no class of {len(classes)}: "
            f"the largest is {numbers.max()!s}"
        )
        raise ValueError(message)
    names = pl.Series(classes, dtype=pl.String).cast(pl.Binary)
    table = pl.DataFrame({"number": range(len(classes)), "name": names})
    return cells.list.eval(
        pl.element().replace_strict(table["number"], table["name"], default=None)
    ).list.drop_nulls()


class _Pictures:
    """Encoded pictures, written to files whose names take their place in a record.

    Attributes:
        names: The features that hold pictures, in the order they were met.
    """

    def __init__(self, folder: Path, description: Description) -> None:
        self.folder = folder
        self.names = dict.fromkeys(sorted(description.pictures))
        self._own: dict[str, str] = description.own.get("pictures", {})
        self._image: str | None = description.own.get("image")
        self._judged: dict[str, bool] = dict.fromkeys(self.names, True)
        self._written: Counter[str] = Counter()

    def main(self) -> str | None:
        """Return the column of pictures: the declared one, or the most likely."""
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
        and str(path) == name
        and not path.is_absolute()
        and ".." not in path.parts
        and "\\" not in name
        and ":" not in name
        and all(len(os.fsencode(part)) <= 200 for part in path.parts)
        and 0 < len(os.fsencode(name)) <= 1000
    )
    return name if plain else None
