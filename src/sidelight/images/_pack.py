"""Decode every picture once, in parallel, into the store."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from sidelight.errors import DiskFullError
from sidelight.images._lock import locked
from sidelight.images._problems import without_unusable
from sidelight.images._progress import DecodingBar
from sidelight.images._slots import NO_FILE, slots_of
from sidelight.images._store import INDEX_SCHEMA, Pack, Store
from sidelight.pixels import ImageRule, UnusableImageError, decode, nothing, quiet
from sidelight.runs import default_cache

if TYPE_CHECKING:
    from sidelight.table import Table

# Files a thread reads at a stretch; fewer where pictures are large.
PIECE = 16
PIECE_BYTES = 4 * 2**20
# A killed packing loses at most the work of so many seconds, or what the index, which
# is written whole, took the last time as often as this.
CHECKPOINT_S = 2.0
CHECKPOINT_SHARE = 20
STAT_SCHEMA = {
    name: INDEX_SCHEMA[name] for name in ("path", "size", "mtime_ns", "inode")
}


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
    """A file to look at, and what the index knows of it."""

    path: str
    size: int
    mtime_ns: int
    inode: int
    digest: str | None
    slot: int | None


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
    every, _ = table.images.each()
    black = [] if table.images.present().all() else [NO_FILE]
    named = pl.concat([every.alias("path"), pl.Series("path", black, pl.String)])
    with quiet(), locked(store.folder):
        index = store.read_index()
        stale = _stale(named.unique(maintain_order=True), index, verify=verify)
        reasons: dict[str, str] = {}
        decoded = 0
        if stale.height:
            index, decoded, reasons = _refresh(
                store, index, stale, workers or os.cpu_count() or 1, progress
            )
    bad = {}
    if reasons:
        at = np.flatnonzero(every.is_in(list(reasons)).to_numpy())
        bad = {int(i): reasons[every[int(i)]] for i in at}
    kept = without_unusable(table, bad, on_bad)
    return Packed(kept, store.open(*slots_of(kept.images, index)), decoded)


def _stats(paths: pl.Series) -> pl.DataFrame:
    """Return what the file system says of files; no real size for unknown ones."""
    found = np.full((len(paths), 2), -1, dtype=np.int64)
    inodes = np.zeros(len(paths), dtype=np.uint64)  # some need the 64th bit
    for row, path in enumerate(paths):
        if path == NO_FILE:
            found[row] = 0
            continue
        # Gone since the table was read: reading it will say why.
        with suppress(OSError):
            stat = os.stat(path)  # noqa: PTH116, faster
            found[row], inodes[row] = (stat.st_size, stat.st_mtime_ns), stat.st_ino
    return pl.DataFrame(
        {
            "path": paths,
            "size": found[:, 0],
            "mtime_ns": found[:, 1],
            "inode": inodes,
        }
    )


def _stale(paths: pl.Series, index: pl.DataFrame, *, verify: bool) -> pl.DataFrame:
    """Return the files to look at, each with what the index knows of its contents."""
    asked = _stats(paths).join(
        index, on="path", how="left", suffix="_known", maintain_order="left"
    )
    if not verify:
        states = ("size", "mtime_ns", "inode")
        same = [pl.col(name) == pl.col(f"{name}_known") for name in states]
        asked = asked.filter(~pl.all_horizontal(same).fill_null(value=False))
    return asked.select(*STAT_SCHEMA, "digest", "slot")


def _refresh(
    store: Store, index: pl.DataFrame, stale: pl.DataFrame, workers: int, progress: bool
) -> tuple[pl.DataFrame, int, dict[str, str]]:
    """Return the index up to date, how many were decoded, and what could not be."""
    _require_space(store, stale["slot"].null_count())
    reasons: dict[str, str] = {}
    decoded = 0
    with _Appender(store) as append, DecodingBar(stale.height, progress) as advance:
        writer = _IndexWriter(store, index, append)
        for result in _read_ahead(store, stale, workers):
            advance()
            if result.reason:
                reasons[result.file.path] = result.reason
                continue
            slot = result.slot
            if result.pixels is not None:
                slot = append(result.pixels)
                decoded += 1
            writer.enter(result, slot)
        writer.write()
    return writer.index, decoded, reasons


class _IndexWriter:
    """Bring results into the index, and that to the disk every now and then."""

    def __init__(self, store: Store, index: pl.DataFrame, append: _Appender) -> None:
        self.store, self.index, self.append = store, index, append
        self.fresh: list[tuple[object, ...]] = []
        self.next_write = time.monotonic() + CHECKPOINT_S

    def enter(self, result: _Result, slot: int | None) -> None:
        """Note where a file's picture is."""
        file = result.file
        self.fresh.append(
            (file.path, file.size, file.mtime_ns, file.inode, result.digest, slot)
        )
        if time.monotonic() >= self.next_write:
            self.write()

    def write(self) -> None:
        """Write pixels first, so that no entry is ever ahead of them."""
        start = time.monotonic()
        self.append.flush()
        new = pl.DataFrame(self.fresh, schema=INDEX_SCHEMA, orient="row")
        # Chunks stay where they are, unless an entry is replaced.
        replaced = self.index["path"].is_in(new["path"].implode())
        kept = self.index.filter(~replaced) if replaced.any() else self.index
        self.index = pl.concat([kept, new], rechunk=False)
        self.fresh.clear()
        self.store.write_index(self.index)
        now = time.monotonic()
        self.next_write = now + max(CHECKPOINT_S, CHECKPOINT_SHARE * (now - start))


def _read_ahead(store: Store, files: pl.DataFrame, workers: int) -> Iterator[_Result]:
    """Yield what became of each file, in order, while threads read the next ones."""

    def read(piece: list[_File]) -> list[_Result]:
        return [_read(file, store.rule) for file in piece]

    size = max(1, min(PIECE, PIECE_BYTES // store.slot_bytes))
    pending: deque[Future[list[_Result]]] = deque()
    with ThreadPoolExecutor(max_workers=workers) as pool:
        for part in files.iter_slices(size):
            piece = [_File(*row) for row in part.iter_rows()]
            pending.append(pool.submit(read, piece))
            if len(pending) > 2 * workers:
                yield from pending.popleft().result()
        while pending:
            yield from pending.popleft().result()


def _read(file: _File, rule: ImageRule) -> _Result:
    if file.path == NO_FILE:
        known = file.slot is not None
        return _Result(file, "", file.slot, None if known else nothing(rule))
    try:
        data = Path(file.path).read_bytes()
        digest = hashlib.blake2b(data, digest_size=16).hexdigest()
        if file.digest == digest:
            return _Result(file, digest, slot=file.slot)
        return _Result(file, digest, pixels=decode(data, rule))
    except UnusableImageError as error:
        return _Result(file, "", reason=str(error))
    except OSError as error:
        return _Result(file, "", reason=f"cannot be read: {error.strerror or error}")


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
