"""Decode every picture once, in parallel, into the store."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from sidelight.errors import DiskFullError
from sidelight.images._decode import UnusableImageError, decode, quiet
from sidelight.images._problems import without_unusable
from sidelight.images._progress import DecodingBar
from sidelight.images._rule import ImageRule
from sidelight.images._store import INDEX_SCHEMA, Pack, Store
from sidelight.runs import default_cache

if TYPE_CHECKING:
    from sidelight.table import Table

# Files a thread reads at a stretch; fewer where pictures are large.
PIECE = 16
PIECE_BYTES = 4 * 2**20
# A killed packing loses at most so many pictures, or a 16th of what is packed if that
# is more: the index is written whole, and would else cost more than decoding.
CHECKPOINT = 2048


@dataclass(frozen=True)
class Packed:
    """A table's pictures, packed.

    Attributes:
        table: The rows; fewer than before only with `on_bad="drop"`.
        images: The pictures of `table`, row by row.
        num_decoded: How many files were decoded now rather than before.
    """

    table: Table
    images: Pack
    num_decoded: int


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    size: int
    mtime_ns: int
    inode: int


# What a row without a picture names: one black picture, packed like any other.
NO_FILE = _File("", 0, 0, 0)


@dataclass(frozen=True, slots=True)
class _Result:
    file: _File
    digest: str
    slot: int | None = None
    pixels: np.ndarray | None = None
    reason: str = ""


def pack(
    table: Table,
    rule: ImageRule,
    *,
    cache: Path | None = None,
    on_bad: Literal["error", "drop"] = "error",
    verify: bool = False,
    workers: int | None = None,
    progress: bool = True,
) -> Packed:
    """Decode what is not packed yet, and return the pictures of every row.

    A file whose size, modification time and inode are as before is not read again.
    If one of them differs, its contents decide: the same contents are not decoded
    again, other contents are, into a new slot.

    Args:
        table: Checked rows with pictures; a row that names none gets a black one.
        rule: Size, bands and way of resizing.
        cache: Folder of packed pictures; None is the user's cache.
        on_bad: Whether rows whose picture cannot be decoded are refused or dropped.
        verify: Compare the contents of every file, not only of suspects.
        workers: Threads that decode; None is one a core.
        progress: Whether a bar is shown where standard error is a terminal.

    Raises:
        ImageError: Naming every row and file that cannot be decoded.
        DiskFullError: If the pixels would not fit; nothing is lost.
    """
    store = Store((cache or default_cache()) / "packs" / rule.key, rule)
    with quiet(), store.locked():
        index = store.read_index()
        known = {row["path"]: row for row in index.iter_rows(named=True)}
        files = [_stat(path) for path in table.images]
        asked = dict.fromkeys(files)  # rows without a picture share one file
        stale = [f for f in asked if verify or not _unchanged(f, known.get(f.path))]
        reasons: dict[str, str] = {}
        decoded = 0
        if stale:
            decoded, reasons = _refresh(store, known, stale, workers, progress)
        slots = {path: row["slot"] for path, row in known.items()}
    bad = {i: reasons[f.path] for i, f in enumerate(files) if f.path in reasons}
    kept = without_unusable(table, bad, on_bad)
    rows = np.array([slots[str(path or "")] for path in kept.images], dtype=np.int64)
    return Packed(kept, store.open(rows), decoded)


def _stat(path: Path | None) -> _File:
    if path is None:
        return NO_FILE
    try:
        found = path.stat()
    except OSError:  # gone since the table was read: reading it will say why
        return _File(str(path), -1, -1, 0)
    return _File(str(path), found.st_size, found.st_mtime_ns, found.st_ino)


def _unchanged(file: _File, entry: dict[str, object] | None) -> bool:
    if entry is None:
        return False
    now = (file.size, file.mtime_ns, file.inode)
    return now == (entry["size"], entry["mtime_ns"], entry["inode"])


def _refresh(
    store: Store,
    known: dict[str, dict[str, object]],
    stale: list[_File],
    workers: int | None,
    progress: bool,
) -> tuple[int, dict[str, str]]:
    """Bring `known` up to date; return how many were decoded, and what could not be."""
    fresh = sum(f.path not in known for f in stale)
    _require_space(store, fresh)
    reasons: dict[str, str] = {}
    decoded = since_checkpoint = 0
    with _Appender(store) as append, DecodingBar(len(stale), progress) as advance:
        for result in _read_ahead(store, known, stale, workers or os.cpu_count() or 1):
            advance()
            if result.reason:
                reasons[result.file.path] = result.reason
                continue
            slot = result.slot
            if result.pixels is not None:
                slot = append(result.pixels)
                decoded += 1
                since_checkpoint += 1
            known[result.file.path] = _entry(result, slot)
            if since_checkpoint >= max(CHECKPOINT, len(known) // 16):
                append.flush()
                store.write_index(_frame(known))
                since_checkpoint = 0
        append.flush()
        store.write_index(_frame(known))
    return decoded, reasons


def _read_ahead(
    store: Store,
    known: dict[str, dict[str, object]],
    files: list[_File],
    workers: int,
) -> Iterator[_Result]:
    """Yield what became of each file, in order, while threads read the next ones."""

    def read(piece: list[_File]) -> list[_Result]:
        return [_read(file, known.get(file.path), store.rule) for file in piece]

    size = max(1, min(PIECE, PIECE_BYTES // store.slot_bytes))
    pending: deque[Future[list[_Result]]] = deque()
    with ThreadPoolExecutor(max_workers=workers) as pool:
        for start in range(0, len(files), size):
            pending.append(pool.submit(read, files[start : start + size]))
            if len(pending) > 2 * workers:
                yield from pending.popleft().result()
        while pending:
            yield from pending.popleft().result()


def _read(file: _File, entry: dict[str, object] | None, rule: ImageRule) -> _Result:
    if file == NO_FILE:
        shape = (rule.height, rule.width, rule.bands)
        return _Result(file, "", pixels=np.zeros(shape, np.uint8))
    try:
        data = Path(file.path).read_bytes()
        digest = hashlib.blake2b(data, digest_size=16).hexdigest()
        if entry is not None and entry["digest"] == digest:
            return _Result(file, digest, slot=int(str(entry["slot"])))
        return _Result(file, digest, pixels=decode(data, rule))
    except UnusableImageError as error:
        return _Result(file, "", reason=str(error))
    except OSError as error:
        return _Result(file, "", reason=f"cannot be read: {error.strerror or error}")


def _entry(result: _Result, slot: int | None) -> dict[str, object]:
    return {
        "path": result.file.path,
        "size": result.file.size,
        "mtime_ns": result.file.mtime_ns,
        "inode": result.file.inode,
        "digest": result.digest,
        "slot": slot,
    }


def _frame(known: dict[str, dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(list(known.values()), schema=INDEX_SCHEMA)


def _require_space(store: Store, num_pictures: int) -> None:
    needed = num_pictures * store.slot_bytes
    if shutil.disk_usage(store.folder).free < needed:
        raise DiskFullError(store.pixels_path)


class _Appender:
    """Append pictures to the raw file, each at a whole number of slots."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def __enter__(self) -> _Appender:
        self.file = self.store.pixels_path.open("ab")
        # A killed packing may have left part of a picture behind.
        self.slot = self.file.tell() // self.store.slot_bytes
        self.file.truncate(self.slot * self.store.slot_bytes)
        self.file.seek(0, os.SEEK_END)
        return self

    def __call__(self, pixels: np.ndarray) -> int:
        """Write one picture and return its slot."""
        self._guarded(lambda: self.file.write(np.ascontiguousarray(pixels).data))
        self.slot += 1
        return self.slot - 1

    def flush(self) -> None:
        """Bring everything written so far to the disk."""
        self._guarded(self.file.flush)
        self._guarded(lambda: os.fsync(self.file.fileno()))

    def __exit__(self, *error: object) -> None:
        self._guarded(self.file.close)

    def _guarded(self, write: object) -> None:
        try:
            write()  # type: ignore[operator]
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise DiskFullError(self.store.pixels_path) from error
            raise
