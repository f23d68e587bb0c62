"""One row, one picture: the image column against the files on disk.

Only names, kinds and sizes of files are looked at here; pixels are read when the
pictures are packed.
"""

from __future__ import annotations

import errno
import os
import stat
import warnings
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from sidelight.errors import DataWarning, nearest
from sidelight.table._cells import NULL_VALUES, blank, positions
from sidelight.table._problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp", ".gif", ".ppm", ".pgm"}
)
MOST_NAMES = 5000  # a larger folder is not searched for a similar name
_MISSING = (FileNotFoundError, NotADirectoryError)

# reason under which rows are counted → (one, several)
_SAID = {
    "no picture named": ("cell names no picture", "cells name no picture"),
    "no such picture": ("file does not exist", "files do not exist"),
    "a link to nothing": ("file is a link to nothing", "files are links to nothing"),
    "a symlink loop": (
        "path is a loop of symbolic links",
        "paths are loops of symbolic links",
    ),
    "a picture that cannot be reached": (
        "path cannot be reached",
        "paths cannot be reached",
    ),
    "a folder instead of a picture": (
        "path is a folder, not a picture",
        "paths are folders, not pictures",
    ),
    "not a regular file": (
        "path is no regular file",
        "paths are no regular files",
    ),
    "an empty file": ("file is empty (0 bytes)", "files are empty (0 bytes)"),
    "a picture named twice": (
        "row names a picture that an earlier row names",
        "rows name a picture that an earlier row names",
    ),
}


@dataclass(frozen=True, eq=False)
class References:
    """The pictures of a table.

    Attributes:
        paths: Absolute path of each row's picture; wrong where a problem says so, None
            where a row names none and need not.
        problems: What is wrong with them.
    """

    paths: tuple[Path | None, ...]
    problems: list[Problem]


def check_references(
    cells: pl.Series,
    root: Path,
    null_values: Sequence[str] = NULL_VALUES,
    *,
    may_miss: bool = False,
) -> References:
    """Return every row's picture and whatever is wrong with it.

    Args:
        cells: The image column, as read; cells are taken literally, spaces included.
        root: Where relative paths start.
        null_values: Words that mean an empty cell.
        may_miss: Whether a row may name no picture.
    """
    folder = os.path.abspath(root)  # noqa: PTH100 - resolve() would follow links
    empty = blank(cells, null_values)
    names = cells.cast(pl.String).fill_null("").to_list()
    paths = full_paths(cells, root)
    bad: dict[str, list[int]] = defaultdict(list)
    bad["no picture named"] = positions(empty).tolist()
    nameless = set(bad["no picture named"])
    first: dict[object, int] = {}
    twins: dict[int, int] = {}
    for row, path in enumerate(paths):
        if row in nameless:
            continue
        reason, identity = _look(path)
        if not reason and first.setdefault(identity, row) != row:
            reason, twins[row] = "a picture named twice", first[identity]
        if reason:
            bad[reason].append(row)
    if may_miss:
        bad["no picture named"] = []
    problems = [
        _problem(cells.name, reason, bad[reason], names, paths, folder, twins)
        for reason in _SAID
        if bad[reason]
    ]
    return References(
        tuple(
            None if may_miss and row in nameless else Path(path)
            for row, path in enumerate(paths)
        ),
        problems,
    )


def full_paths(cells: pl.Series, root: Path) -> list[str]:
    """Return every row's absolute path, links and ".." left as they are written."""
    folder = os.path.abspath(root)  # noqa: PTH100 - resolve() would follow links
    names = cells.cast(pl.String).fill_null("").to_list()
    return [os.path.join(folder, name) for name in names]  # noqa: PTH118 - 5 x faster


def warn_about_unnamed(used: Iterable[Path], named: Iterable[str]) -> list[str]:
    """Warn of pictures in the folders used that no row names; return the messages.

    Args:
        used: The pictures of the table; their folders are looked through.
        named: Every path that was named, in rows that were dropped too.
    """
    written: dict[str, set[str]] = defaultdict(set)
    for path in named:
        folder, name = os.path.split(path)
        written[folder].add(name)
    by_folder: dict[str, set[str]] = defaultdict(set)
    for folder, names in written.items():  # "a/../b" and "b" are one folder
        by_folder[os.path.realpath(folder)] |= names
    messages = []
    for folder in sorted({os.path.realpath(f) for f in {p.parent for p in used}}):
        names = by_folder[folder]
        extra = sorted(name for name in _pictures(folder) if name not in names)
        if extra:
            shown = ", ".join(repr(name) for name in extra[:3])
            more = ", …" if len(extra) > 3 else ""
            is_ = "1 picture is" if len(extra) == 1 else f"{len(extra)} pictures are"
            message = f"{is_} in {folder!r} but in no row of the table: {shown}{more}."
            messages.append(message)
            warnings.warn(message, DataWarning, stacklevel=3)
    return messages


def _look(path: str) -> tuple[str, object]:
    """Return what is wrong with a path, and what identifies the file behind it."""
    try:
        found = os.stat(path)  # noqa: PTH116 - a Path per row costs more than the call
    except _MISSING:
        gone = os.path.islink(path)  # noqa: PTH114
        return ("a link to nothing" if gone else "no such picture"), None
    except OSError as failure:
        if failure.errno == errno.ELOOP:
            return "a symlink loop", None
        if failure.errno == errno.ENAMETOOLONG:
            return "no such picture", None
        return "a picture that cannot be reached", None
    except ValueError:  # a NUL character
        return "no such picture", None
    if stat.S_ISDIR(found.st_mode):
        return "a folder instead of a picture", None
    if not stat.S_ISREG(found.st_mode):
        return "not a regular file", None
    if found.st_size == 0:
        return "an empty file", None
    # Some network file systems number no inodes.
    inode = found.st_ino or os.path.realpath(path)
    return "", (found.st_dev, inode)


def _problem(
    column: str,
    reason: str,
    rows: list[int],
    names: list[str],
    paths: list[str],
    folder: str,
    twins: dict[int, int],
) -> Problem:
    values: list[str] = [names[row] for row in rows]
    fix = ""
    if reason == "no such picture":
        fix = _hint(paths[rows[0]])
        fix += (
            f"Relative paths start at {folder!r}; pass --images FOLDER "
            "(images='FOLDER') if the pictures are elsewhere."
        )
    elif reason == "a picture named twice":
        earlier = ", ".join(str(twins[row] + 1) for row in rows[:5])
        fix = (
            "Every row needs a picture of its own; compare with "
            f"{'row' if len(rows) == 1 else 'rows'} {earlier}."
        )
    one, several = _SAID[reason]
    return Problem(
        column,
        f"{len(rows)} {one if len(rows) == 1 else several}",
        reason,
        np.array(rows, dtype=np.int64),
        [] if reason == "no picture named" else values,
        fix,
    )


def _hint(path: str) -> str:
    """Return what there is instead of a missing file: a similar name, or no folder."""
    folder, name = os.path.split(path)
    try:
        known = os.listdir(folder)  # noqa: PTH208 - names suffice
    except (OSError, ValueError):
        return f"There is no folder {folder!r}. "
    close = nearest(name, known) if len(known) <= MOST_NAMES else []
    return f"Did you mean {close[0]!r}? " if close else ""


def _pictures(folder: str) -> list[str]:
    with os.scandir(folder) as entries:
        return [
            entry.name
            for entry in entries
            if os.path.splitext(entry.name)[1].lower() in SUFFIXES  # noqa: PTH122
            # Links are not followed: they may lead anywhere, or round in a circle.
            and entry.is_file(follow_symlinks=False)
        ]
