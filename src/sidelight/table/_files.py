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
from dataclasses import dataclass

import polars as pl

MIN_ROWS = 8  # a folder with fewer rows is not listed
MOST_FILES = 10  # for each row; of a fuller folder the rows are looked at one by one
PIECE = 1 << 16  # entries of a folder held at once
_MISSING = (FileNotFoundError, NotADirectoryError)
_FILES = {
    "name": pl.String,
    "folder": pl.UInt32,
    "device": pl.UInt64,
    "inode": pl.UInt64,
}


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
    """

    rows: pl.DataFrame
    listed: pl.DataFrame
    folders: list[str]
    root: str


def find_files(names: pl.Series, root: str, *, whole: bool = False) -> Files:
    """Return what stands behind each path.

    Sizes are not looked at: that a file is empty is seen when its header is read.

    Args:
        names: String, paths as cells write them; null where there is nothing to find.
        root: Absolute folder where relative paths start.
        whole: Whether every folder with a row is listed, to see what else is there.
    """
    frame = names.rename("name").to_frame()
    counts = (
        frame.lazy()
        .drop_nulls()
        .select(folder_of("name"))
        .group_by("name", maintain_order=True)
        .len()
        .collect()
    )
    folders, pieces = [], []
    for folder, num_rows in counts.iter_rows():
        if whole or num_rows >= MIN_ROWS:
            found = _listing(
                root, folder, len(folders), None if whole else MOST_FILES * num_rows
            )
            if found:
                folders.append(folder)
                pieces += found
    listed = pl.concat(pieces) if pieces else pl.DataFrame(schema=_FILES)
    rows = frame.join(listed, on="name", how="left", maintain_order="left")
    rows = rows.with_columns(reason=pl.lit(None, pl.String)).drop("folder")
    unlisted = rows["name"].is_not_null() & rows["inode"].is_null()
    rows = _looked_at(rows, unlisted.arg_true(), root)
    # File systems of several layers may number their files otherwise when listed.
    if rows["inode"].drop_nulls().is_duplicated().any():
        twice = rows.select(pl.struct("device", "inode").is_duplicated())[:, 0]
        rows = _looked_at(rows, (twice & rows["inode"].is_not_null()).arg_true(), root)
    return Files(rows.select("reason", "device", "inode"), listed, folders, root)


def folder_of(name: str) -> pl.Expr:
    """Return a column of paths without their last part, the slash kept."""
    path = pl.col(name)
    return path.str.strip_suffix(path.str.split("/").list.last())


def _listing(
    root: str, folder: str, number: int, most: int | None
) -> list[pl.DataFrame]:
    """Return a folder's regular files; nothing if its listing does not serve."""
    path = os.path.join(root, folder)  # noqa: PTH118 - as the rows' own paths
    pieces = []
    total = 0
    try:
        device = os.stat(path).st_dev  # noqa: PTH116
        with os.scandir(path) as entries:
            while piece := list(itertools.islice(entries, PIECE)):
                total += len(piece)
                regular = _regular(piece)
                if (most is not None and total > most) or (
                    regular and not _numbered_alike(regular[0], device)
                ):
                    return []
                pieces.append(_frame(regular, folder, number, device))
    except (OSError, ValueError):  # ValueError: a NUL character
        return []
    return pieces


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


def _frame(
    entries: list[os.DirEntry[str]], folder: str, number: int, device: int
) -> pl.DataFrame:
    names = list(map(operator.attrgetter("name"), entries))
    try:
        column = pl.Series("name", names, dtype=pl.String)
    except UnicodeEncodeError:  # names that are not UTF-8, which no cell can write
        pairs = [(e, e.name) for e in entries if e.name.isprintable()]
        entries, column = (
            [entry for entry, _ in pairs],
            pl.Series("name", [name for _, name in pairs], dtype=pl.String),
        )
    inodes = pl.Series("inode", list(map(os.DirEntry.inode, entries)), dtype=pl.UInt64)
    return pl.DataFrame([column, inodes]).select(
        (pl.lit(folder) + pl.col("name")).alias("name"),
        pl.lit(number, pl.UInt32).alias("folder"),
        pl.lit(device, pl.UInt64).alias("device"),
        "inode",
    )


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
