"""Which file stands behind each path: whole folders are listed, few files looked at.

A folder's listing tells names, kinds and inode numbers at once. Asking for each file
costs several times as much, on network drives a hundred times; so that is done only
for what a listing does not tell: links, missing files, folders with few rows.
"""

from __future__ import annotations

import errno
import itertools
import operator
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import polars as pl

MIN_ROWS = 8  # a folder with fewer rows is not listed
MOST_FILES = 10  # for each row; of a fuller folder the rows are looked at one by one
PIECE = 1 << 16  # entries of a folder held at once
THREADS = 8
_MISSING = (FileNotFoundError, NotADirectoryError)

_Found = tuple[list[str], list[int], int]  # names and inodes of files, and the device


@dataclass(frozen=True, eq=False)
class Files:
    """What stands behind the paths of a column.

    Attributes:
        rows: Row by row: `reason` (why it is no usable file, null if it is one),
            `device` and `inode` (the same for two names of one file; null for none).
        listed: Regular files of the folders that were listed: `name` (as a cell would
            write it), `folder` (position in `folders`), `device`, `inode`.
        folders: The folders that were listed, as the cells write them, from `root`.
        root: Where relative paths start.
        one_to_one: Whether each listed file is known to stand in just one row.
    """

    rows: pl.DataFrame
    listed: pl.DataFrame
    folders: list[str]
    root: str
    one_to_one: bool


def find_files(names: pl.Series, root: str, *, whole: bool = False) -> Files:
    """Return what stands behind each path.

    Sizes are not looked at: that a file is empty is seen when its header is read.

    Args:
        names: String, paths as cells write them; null where there is nothing to find.
        root: Absolute folder where relative paths start.
        whole: Whether every folder with a row is listed, to see what else is there.
    """
    frame = names.rename("name").to_frame()
    counts = frame.drop_nulls().select(folder_of("name")).group_by("name").len()
    if not whole:
        counts = counts.filter(pl.col("len") >= MIN_ROWS)
    listing = _listed(counts.sort("name"), root, whole=whole)
    listed = listing.frame()
    rows = frame.join(listed, on="name", how="left", maintain_order="left")
    rows = rows.with_columns(reason=pl.lit(None, pl.String)).drop("folder")
    matched = rows["inode"].is_not_null()
    unlisted = (~matched & rows["name"].is_not_null()).arg_true()
    distinct = rows["inode"].n_unique() == matched.sum() + (not matched.all())
    rows = _looked_at(rows, unlisted, root)
    # File systems of several layers may number their files otherwise when listed.
    if not distinct:
        twice = rows.select(pl.struct("device", "inode").is_duplicated())[:, 0]
        rows = _looked_at(rows, (twice & matched).arg_true(), root)
    return Files(
        rows.select("reason", "device", "inode"),
        listed,
        listing.folders,
        root,
        one_to_one=distinct and listed.height == matched.sum(),
    )


def folder_of(name: str) -> pl.Expr:
    """Return a column of paths without their last part, the slash kept."""
    path = pl.col(name)
    return path.str.strip_suffix(path.str.split("/").list.last())


def _listed(counts: pl.DataFrame, root: str, *, whole: bool) -> _Listing:
    """List folders, each with its number of rows; several at once, as drives wait."""

    def files_of(folder: str, num_rows: int) -> _Found | None:
        path = os.path.join(root, folder)  # noqa: PTH118 - as the rows' paths
        try:
            return _files_of(path, None if whole else MOST_FILES * num_rows)
        except (OSError, ValueError):  # ValueError: a NUL character
            return None  # the rows are looked at one by one, which says what is wrong

    listing = _Listing()
    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        found = pool.map(files_of, counts["name"], counts["len"])
        for folder, files in zip(counts["name"], found, strict=True):
            listing.add(folder, files)
    return listing


class _Listing:
    """The regular files of many folders, gathered in few large pieces."""

    def __init__(self) -> None:
        self.folders: list[str] = []
        self._pieces: list[pl.DataFrame] = []
        self._start_piece()

    def add(self, folder: str, found: _Found | None) -> None:
        """Add what a folder holds; None is a folder whose listing does not serve."""
        if found is None:
            return
        names, inodes, device = found
        self.folders.append(folder)
        self._names += names
        self._inodes += inodes
        self._devices.append(device)
        self._counts.append(len(names))
        if len(self._names) >= PIECE:
            self._end_piece()

    def frame(self) -> pl.DataFrame:
        """Return `name`, `folder`, `device` and `inode` of all files."""
        self._end_piece()
        return pl.concat(self._pieces)

    def _start_piece(self) -> None:
        self._names: list[str] = []
        self._inodes: list[int] = []
        self._devices: list[int] = []
        self._counts: list[int] = []

    def _end_piece(self) -> None:
        first = len(self.folders) - len(self._counts)
        of_folder = np.repeat(np.arange(len(self._counts)), self._counts)
        prefixes = pl.Series(self.folders[first:], dtype=pl.String)
        self._pieces.append(
            pl.DataFrame(
                {
                    "name": prefixes.gather(of_folder) + _texts(self._names),
                    "folder": pl.Series(of_folder + first, dtype=pl.UInt32),
                    "device": pl.Series(self._devices, dtype=pl.UInt64).gather(
                        of_folder
                    ),
                    "inode": pl.Series(self._inodes, dtype=pl.UInt64),
                }
            )
        )
        self._start_piece()


def _files_of(path: str, most: int | None) -> _Found | None:
    """Return names and inodes of a folder's regular files, and its device.

    None if there are more than `most`, or if the file system numbers its files
    otherwise when they are listed than when they are looked at.
    """
    device = os.stat(path).st_dev  # noqa: PTH116
    names: list[str] = []
    inodes: list[int] = []
    with os.scandir(path) as entries:
        while piece := list(itertools.islice(entries, PIECE)):
            regular = _regular(piece)
            if regular and not names and not _numbered_alike(regular[0], device):
                return None
            names += map(operator.attrgetter("name"), regular)
            inodes += map(os.DirEntry.inode, regular)
            if most is not None and len(names) > most:
                return None
    return names, inodes, device


def _regular(entries: list[os.DirEntry[str]]) -> list[os.DirEntry[str]]:
    links = list(map(os.DirEntry.is_symlink, entries))
    if any(links):
        entries = [e for e, link in zip(entries, links, strict=True) if not link]
    files = list(map(os.DirEntry.is_file, entries))
    if all(files):
        return entries
    return [e for e, is_file in zip(entries, files, strict=True) if is_file]


def _numbered_alike(entry: os.DirEntry[str], device: int) -> bool:
    """Return whether a listing gives the device and inode that a look would give."""
    found = os.stat(entry.path)  # noqa: PTH116
    return (found.st_dev, found.st_ino) == (device, entry.inode()) and found.st_ino > 0


def _texts(names: list[str]) -> pl.Series:
    try:
        return pl.Series(names, dtype=pl.String)
    except UnicodeEncodeError:  # a name that is not UTF-8, which no cell can write
        valid = [n if n.isascii() or n.isprintable() else None for n in names]
        return pl.Series(valid, dtype=pl.String)


def _looked_at(rows: pl.DataFrame, positions: pl.Series, root: str) -> pl.DataFrame:
    """Return the rows with what a look at these says."""
    if not len(positions):
        return rows
    names = rows["name"].gather(positions)
    found = [look(os.path.join(root, name)) for name in names]  # noqa: PTH118
    reasons, devices, inodes = zip(*found, strict=True)
    return rows.with_columns(
        rows[name].scatter(positions, pl.Series(values, dtype=rows[name].dtype))
        for name, values in (
            ("reason", reasons),
            ("device", devices),
            ("inode", inodes),
        )
    )


def look(path: str) -> tuple[str | None, int | None, int | None]:
    """Return what is wrong with a path, and device and inode of the file behind it."""
    try:
        found = os.stat(path)  # noqa: PTH116 - a Path per row costs more than the call
    except _MISSING:
        gone = os.path.islink(path)  # noqa: PTH114
        return ("a link to nothing" if gone else "no such picture"), None, None
    except OSError as failure:
        if failure.errno == errno.ELOOP:
            return "a symlink loop", None, None
        if failure.errno == errno.ENAMETOOLONG:
            return "no such picture", None, None
        return "a picture that cannot be reached", None, None
    except ValueError:  # a NUL character
        return "no such picture", None, None
    if stat.S_ISDIR(found.st_mode):
        return "a folder instead of a picture", None, None
    if not stat.S_ISREG(found.st_mode):
        return "not a regular file", None, None
    # Some network file systems number no inodes.
    inode = found.st_ino or hash(os.path.realpath(path)) & (1 << 63) - 1
    return None, found.st_dev, inode
