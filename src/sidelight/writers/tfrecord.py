"""TFRecord in the layout of TensorFlow Datasets: nothing is lost on the way back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from sidelight.errors import ImageError, TableError
from sidelight.readers.tables._rows import JOINT
from sidelight.readers.tables._tfrecord import columns, layout
from sidelight.readers.tables._tfrecord.columns import Encoded
from sidelight.readers.tables._tfrecord.pictures import safe_name, suffix_of
from sidelight.readers.tables._tfrecord.records import Feature, write_records
from sidelight.registry import WRITERS
from sidelight.runs import write_json, write_text
from sidelight.table import Table
from sidelight.writers._write import Written

SHARD_BYTES = 128 * 2**20
PIECE = 1024  # rows whose values are held as Python objects
SPLIT = "rows"  # who is train, val and test is decided by each run
NAME = "/name"


@WRITERS.register(
    "tfrecord",
    summary="shards of tf.train.Example, as TensorFlow Datasets reads them too",
    extra="tensorflow",
)
def write_tfrecord(
    table: Table, folder: Path, place: Path, num_shards: int | None
) -> Written:
    """Write shards, and the files that describe them.

    Args:
        table: Checked rows.
        folder: An empty folder.
        place: Where the folder will be in the end; names the shards.
        num_shards: Number of files; None chooses by size.

    Raises:
        TableError: If a column holds what a record has no place for.
        ImageError: If a picture is gone.
    """
    encoded = _encoded(table)
    slots = _slots(table, set(encoded))
    name = _dataset_name(place)
    count = _num_shards(table) if num_shards is None else num_shards
    edges = np.linspace(0, len(table), count + 1).round().astype(int)
    sizes = [
        write_records(
            folder / f"{name}-{SPLIT}.tfrecord-{shard:05d}-of-{count:05d}",
            _records(table, encoded, slots, int(edges[shard]), int(edges[shard + 1])),
        )
        for shard in range(count)
    ]
    lengths = np.diff(edges).tolist()
    _describe(table, folder, encoded, slots)
    _inform(folder, name, lengths, sum(sizes))
    num_pictures = sum(int(slot.count()) for slot in table.images.slots)
    return Written(place, len(table), num_pictures, count, sum(sizes))


def _encoded(table: Table) -> dict[str, Encoded]:
    found: dict[str, Encoded] = {}
    names = set(table.frame.columns)
    for cells in table.frame.iter_columns():
        if cells.name + columns.EXACT in names:
            message = f"{cells.name + columns.EXACT!r}, where its exact values are "
            message += "stored, is a column too"
            fix = "Rename one of the two."
            raise TableError(message, path=table.source, column=cells.name, fix=fix)
        found |= columns.encode(cells, table.source)
    return found


@dataclass(frozen=True)
class _Slot:
    """Pictures that one column names.

    Attributes:
        column: Its name.
        paths: For each picture that a cell can name, where it is.
        separator: What stands between names in a cell; None in lists and where a cell
            names a single picture.
    """

    column: str
    paths: tuple[pl.Series, ...]
    separator: str | None

    def names(self, cell: list[Any]) -> list[str]:
        """Return the names in a cell's values."""
        texts = [v.decode() if isinstance(v, bytes) else str(v) for v in cell]
        if self.separator is None:
            return [text for text in texts if text]
        parts = [part.strip() for part in texts[0].split(self.separator)]
        return [part for part in parts if part]

    def cell(self, names: list[str]) -> list[bytes]:
        """Return the values of a cell with these names."""
        texts = names if self.separator is None else [self.separator.join(names)]
        return [text.encode() for text in texts]


def _slots(table: Table, taken: set[str]) -> dict[str, _Slot]:
    """Return the features of pictures: the column of each, and where they are."""
    found: dict[str, _Slot] = {}
    if table.schema.image is None or not len(table.images):
        return found
    taken = taken | set(table.frame.columns)
    slots = list(table.images.slots)
    for column in table.schema.images:
        names = ("image", f"{column}/encoded", f"{column}/picture")
        feature = next(n for n in names if not {n, n + NAME} & taken)
        taken |= {feature, feature + NAME}
        # A column that lists pictures has all slots, every other one its own.
        lists = table.schema.max_pictures is not None
        own = tuple(slots) if lists else (slots.pop(0),)
        is_text = lists and not table.frame[column].dtype.is_nested()
        found[feature] = _Slot(column, own, JOINT if is_text else None)
    return found


def _records(
    table: Table,
    encoded: dict[str, Encoded],
    slots: dict[str, _Slot],
    start: int,
    stop: int,
) -> Iterator[dict[str, Feature]]:
    for first in range(start, stop, PIECE):
        size = min(PIECE, stop - first)
        cells = {
            name: (feature.kind, feature.cells.slice(first, size).to_list())
            for name, feature in encoded.items()
        }
        places = {
            feature: [paths.slice(first, size).to_list() for paths in slot.paths]
            for feature, slot in slots.items()
        }
        for row in range(size):
            record: dict[str, Feature] = {
                name: (kind, values[row])
                for name, (kind, values) in cells.items()
                if values[row] is not None
            }
            for feature, slot in slots.items():
                named = [paths[row] for paths in places[feature]]
                paths = [path for path in named if path is not None]
                if paths:
                    number = int(table.rows[first + row])
                    data = [_bytes(p, number, table, slot.column) for p in paths]
                    _put(record, feature, slot, paths, data)
            yield record


def _put(
    record: dict[str, Feature],
    feature: str,
    slot: _Slot,
    paths: list[str],
    pictures: list[bytes],
) -> None:
    """Put a row's pictures into its record, and what their files shall be called.

    Relative names stay. Where one is not, all of the cell are replaced by digests, in
    the column too.
    """
    names = slot.names(record[slot.column][1])
    if len(names) != len(pictures) or None in map(safe_name, names):
        names = [_hashed(*picture) for picture in zip(paths, pictures, strict=True)]
        record[slot.column] = ("bytes", slot.cell(names))
    record[feature] = ("bytes", pictures)
    record[feature + NAME] = ("bytes", [name.encode() for name in names])


def _hashed(path: str, data: bytes) -> str:
    # Two rows may have the same picture in different files.
    said = path.encode() + b"\0" + data
    return hashlib.blake2b(said, digest_size=16).hexdigest() + suffix_of(data)


def _bytes(path: str, row: int, table: Table, column: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as failure:
        message = f"a picture cannot be read: {failure.strerror or failure}"
        raise ImageError(
            message, path=table.source, column=column, rows=[row], values=[path]
        ) from None


def _num_shards(table: Table) -> int:
    """Return a number of files of about the usual size, by the first pictures."""
    sample = [p for slot in table.images.slots for p in slot.head(1000).drop_nulls()]
    known = [Path(path).stat().st_size for path in sample if Path(path).is_file()]
    total = sum(known) / max(1, min(1000, len(table))) * len(table)
    return int(min(len(table), max(1, np.ceil(total / SHARD_BYTES))))


def _dataset_name(place: Path) -> str:
    words = re.sub(r"[^a-z0-9_]+", "_", place.absolute().name.lower()).strip("_")
    return words if words[:1].isalpha() else f"table_{words}".rstrip("_")


def _describe(
    table: Table,
    folder: Path,
    encoded: dict[str, Encoded],
    slots: dict[str, _Slot],
) -> None:
    frame, images = table.frame, list(table.schema.images)
    own = {
        "format": layout.FORMAT,
        "image": images[0] if len(images) == 1 else images or None,
        "pictures": {feature: feature + NAME for feature in slots},
        "columns": {c.name: columns.dtype_name(c.dtype) for c in frame.iter_columns()},
    }
    write_json(folder / layout.OWN, own)
    declared = {feature: layout.picture_feature() for feature in slots}
    for cells in frame.iter_columns():
        feature = encoded.get(cells.name)
        if feature is not None:
            declared[cells.name] = layout.value_feature(
                feature.kind,
                optional=bool(cells.null_count()) or cells.dtype.is_nested(),
                boolean=cells.dtype == pl.Boolean,
            )
    write_text(folder / layout.FEATURES, layout.declaration(declared))


def _inform(folder: Path, name: str, lengths: list[int], num_bytes: int) -> None:
    split = {
        "filepathTemplate": "{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}",
        "name": SPLIT,
        "numBytes": str(num_bytes),
        "shardLengths": [str(length) for length in lengths],
    }
    info = {"fileFormat": "tfrecord", "name": name, "splits": [split]}
    write_json(folder / layout.INFO, {**info, "version": "1.0.0"})
