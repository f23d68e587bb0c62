"""Records in, a frame and files of pictures out; kept, so that it is done once."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

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
from sidelight.readers.tables._tfrecord.pictures import Pictures
from sidelight.readers.tables._tfrecord.records import Feature, Kind, read_records
from sidelight.runs import default_cache, write_json, write_parquet

PIECE = 4096  # records whose values are held as Python objects
FILE = "\0"  # a column that no feature can be called
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


@dataclass(frozen=True)
class Extracted:
    """What stands in records.

    Attributes:
        frame: A row per record.
        image: The column of pictures, or several; None without pictures.
        part: The column that says which split a row's file is of, if there is one.
    """

    frame: pl.DataFrame
    image: str | list[str] | None
    part: str | None


def extracted(cache: Path, files: list[Path]) -> Extracted:
    """Return what stands in all records, the pictures as names of files.

    Args:
        cache: Folder of this source; filled now if it is not there, whole or not at
            all.
        files: Files of records, in order.

    Raises:
        TableError: If a file is damaged or its records disagree.
        DiskFullError: If the pictures do not fit into the cache.
    """
    if not (cache / SAID).is_file():
        cache.parent.mkdir(parents=True, exist_ok=True)
        # Another thread or process may be at the same.
        made = Path(mkdtemp(prefix=f".{cache.name}.", dir=cache.parent))
        try:
            (made / PICTURES).mkdir()
            _fill(made, files)
            _put(made, cache)
        except OSError as failure:
            if failure.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFullError(cache) from failure
            raise
        finally:
            shutil.rmtree(made, ignore_errors=True)
    said = json.loads((cache / SAID).read_text("utf-8"))
    return Extracted(pl.read_parquet(cache / TABLE), said["image"], said["part"])


def _put(made: Path, cache: Path) -> None:
    try:
        made.rename(cache)
    except OSError:  # another process has put the same there
        if not (cache / SAID).is_file():
            raise


def _fill(folder: Path, files: list[Path]) -> None:
    description = described(files[0].parent)
    pictures = Pictures(folder / PICTURES, description)
    pieces = [_lists(piece, files) for piece in _in_pieces(files, pictures)]
    if not pieces:
        message = "there are no records"
        raise TableError(message, path=files[0])
    try:
        lists = {c.name: c for c in pl.concat(pieces, how="diagonal").iter_columns()}
    except pl.exceptions.PolarsError as failure:
        reason = str(failure).split("\n", 1)[0]
        message = f"a feature is of several kinds in different records: {reason}"
        raise TableError(message, path=files[0].parent) from None
    row_files = lists.pop(FILE).list.first()
    said: dict[str, Any] = {"image": pictures.main(), "part": None}
    said["files"] = [str(path) for path in files]
    try:
        if description.own:
            types: dict[str, str] = description.own["columns"]
            frame = pl.DataFrame(
                [columns.decode(lists, n, types[n], len(row_files)) for n in types]
            )
        else:
            frame = _frame(lists, description, pictures.names)
            part = _part(files, row_files)
            if part is not None and part.name not in frame.columns:
                said["part"], frame = part.name, frame.with_columns(part)
    except ValueError as failure:
        raise TableError(str(failure), path=files[0].parent) from None
    write_parquet(folder / TABLE, frame)
    write_json(folder / SAID, said)


def _in_pieces(
    files: list[Path], pictures: Pictures
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
        made.append(columns.of_lists(name, cells, kinds.pop()))
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


def _part(files: list[Path], row_files: pl.Series) -> pl.Series | None:
    """Return the split that each row's file is of; None if there are not several."""
    splits = [split_of(path) for path in files]
    if None in splits or len(set(splits)) == 1:
        return None
    return pl.Series("part", splits, dtype=pl.String).gather(row_files)


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
