"""One row, one picture: the image column against the files on disk.

Only names and kinds of files are looked at here; pixels are read when the pictures
are packed, and that a file is empty or damaged is said then.
"""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from sidelight.errors import DataWarning, nearest
from sidelight.table._cells import NULL_VALUES, blank, positions
from sidelight.table._files import Files, find_files, folder_of
from sidelight.table._pictures import Pictures
from sidelight.table._problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

SUFFIXES = (
    ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp", ".gif", ".ppm", ".pgm"
)  # fmt: skip
MOST_NAMES = 5000  # a larger folder is not searched for a similar name

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
    "a picture named twice": (
        "row names a picture that an earlier row names",
        "rows name a picture that an earlier row names",
    ),
}


@dataclass(frozen=True, eq=False)
class References:
    """The pictures of a table.

    Attributes:
        pictures: Absolute path of each row's picture; wrong where a problem says so,
            null where a row names none and need not.
        problems: What is wrong with them.
        files: What was found on disk.
    """

    pictures: Pictures
    problems: list[Problem]
    files: Files


def check_references(
    cells: pl.Series,
    root: Path,
    null_values: Sequence[str] = NULL_VALUES,
    *,
    may_miss: bool = False,
    whole: bool = False,
) -> References:
    """Return every row's picture and whatever is wrong with it.

    Args:
        cells: The image column, as read; cells are taken literally, spaces included.
        root: Where relative paths start.
        null_values: Words that mean an empty cell.
        may_miss: Whether a row may name no picture.
        whole: Whether `unnamed_pictures` will be asked for.
    """
    folder = os.path.abspath(root)  # noqa: PTH100 - resolve() would follow links
    empty = blank(cells, null_values)
    names = cells.cast(pl.String).set(empty, None)
    files = find_files(names, folder, whole=whole)
    paths = full_paths(cells, root)
    problems = []
    if empty.any() and not may_miss:
        problems.append(_problem(cells.name, "no picture named", positions(empty), []))
    problems += _bad_files(cells.name, names, paths, files)
    twins = _twins(cells.name, names, files)
    if twins:
        problems.append(twins)
    return References(
        Pictures(paths.set(empty, None) if may_miss else paths), problems, files
    )


def full_paths(cells: pl.Series, root: Path) -> pl.Series:
    """Return every row's absolute path, links and ".." left as they are written."""
    folder = os.path.abspath(root).rstrip("/")  # noqa: PTH100 - keeps links
    names = pl.col(cells.name).cast(pl.String).fill_null("")
    full = pl.when(names.str.starts_with("/")).then(names)
    return cells.to_frame().select(full.otherwise(pl.lit(folder + "/") + names))[:, 0]


def warn_about_unnamed(used: Pictures, named: pl.Series, files: Files) -> list[str]:
    """Warn of pictures in the folders used that no row names; return the messages.

    Args:
        used: The pictures of the table; only their folders are spoken of.
        named: Every path that was named, in rows that were dropped too.
        files: What `check_references` found in the whole of these folders.
    """
    others = _others(files, named)
    if not others.height:
        return []
    folders = used.texts.rename("path").drop_nulls().to_frame()
    real = {
        os.path.realpath(folder)
        for folder in folders.select(folder_of("path").unique())["path"]
    }
    messages = []
    for (folder,), found in others.group_by("folder", maintain_order=True):
        if folder in real:
            extra = found["name"].sort()
            shown = ", ".join(map(repr, extra[:3]))
            more = ", …" if len(extra) > 3 else ""
            are = "1 picture is" if len(extra) == 1 else f"{len(extra)} pictures are"
            message = f"{are} in {folder!r} but in no row of the table: {shown}{more}."
            messages.append(message)
            warnings.warn(message, DataWarning, stacklevel=3)
    return messages


def _others(files: Files, named: pl.Series) -> pl.DataFrame:
    """Return `folder` (its real path) and `name` of pictures that no row names."""
    identity = ["device", "inode"]
    endings = "|".join(suffix.removeprefix(".") for suffix in SUFFIXES)
    found = files.listed.filter(pl.col("name").str.contains(rf"(?i)\.({endings})$"))
    # A folder may be written in several ways, and so may be listed several times.
    found = found.join(files.rows.select(identity), on=identity, how="anti")
    if not found.height:
        return pl.DataFrame(schema={"folder": pl.String, "name": pl.String})
    paths = pl.concat_str(pl.lit(files.root + "/"), "name")
    full = pl.when(pl.col("name").str.starts_with("/")).then("name").otherwise(paths)
    found = found.filter(~full.is_in(named.unique().implode()))
    found = found.unique(identity, keep="first", maintain_order=True)
    real = [os.path.realpath(os.path.join(files.root, f)) for f in files.folders]  # noqa: PTH118
    return found.select(
        pl.Series(real, dtype=pl.String).gather(found["folder"]).alias("folder"),
        pl.col("name").str.split("/").list.last(),
    ).sort("folder")


def _bad_files(
    column: str, names: pl.Series, paths: pl.Series, files: Files
) -> list[Problem]:
    reasons = files.rows["reason"]
    found = set(reasons.drop_nulls().unique())
    problems = []
    for reason in _SAID:
        if reason not in found:
            continue
        rows = positions(reasons == reason)
        fix = ""
        if reason == "no such picture":
            fix = _hint(paths[int(rows[0])]) + (
                f"Relative paths start at {files.root!r}; pass --images FOLDER "
                "(images='FOLDER') if the pictures are elsewhere."
            )
        problems.append(_problem(column, reason, rows, names.gather(rows), fix))
    return problems


def _twins(column: str, names: pl.Series, files: Files) -> Problem | None:
    """Return the rows that name a file which an earlier row names."""
    known = files.rows.with_row_index("row").drop_nulls("inode")
    if known["inode"].n_unique() == known.height:
        return None
    first = pl.col("row").first().over("device", "inode").alias("first")
    twins = known.with_columns(first).filter(pl.col("row") != pl.col("first"))
    if not twins.height:
        return None
    earlier = ", ".join(str(row + 1) for row in twins["first"][:5])
    which = "row" if twins.height == 1 else "rows"
    fix = f"Every row needs a picture of its own; compare with {which} {earlier}."
    rows = twins["row"].cast(pl.Int64).to_numpy()
    return _problem(column, "a picture named twice", rows, names.gather(rows), fix)


def _problem(
    column: str,
    reason: str,
    rows: NDArray[np.int64],
    values: pl.Series | Sequence[str],
    fix: str = "",
) -> Problem:
    what = f"{len(rows)} {_SAID[reason][len(rows) > 1]}"
    return Problem(column, what, reason, rows, list(values), fix)


def _hint(path: str) -> str:
    """Return what there is instead of a missing file: a similar name, or no folder."""
    folder, name = os.path.split(path)
    try:
        known = os.listdir(folder)  # noqa: PTH208 - names suffice
    except (OSError, ValueError):
        return f"There is no folder {folder!r}. "
    close = nearest(name, known) if len(known) <= MOST_NAMES else []
    return f"Did you mean {close[0]!r}? " if close else ""
