"""Every row's own pictures: the columns that name them against the files on disk.

Only names and kinds of files are looked at here; pixels are read when the pictures
are packed, and that a file is empty or damaged is said then.
"""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from sidelight.errors import DataWarning, nearest
from sidelight.stores import cache_folder
from sidelight.table._cells import count, positions
from sidelight.table._files import Files, find_files, folder_of
from sidelight.table._pictures import Pictures
from sidelight.table._problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

SUFFIXES = (
    ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp", ".gif", ".ppm", ".pgm",
    ".avif", ".jp2", ".npy", ".dcm",
)  # fmt: skip
MOST_NAMES = 5000  # a larger folder is not searched for a similar name

TWICE = "a picture named twice"  # it can be looked at all the same
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
    TWICE: (
        "row names a picture that an earlier row names",
        "rows name a picture that an earlier row names",
    ),
}


@dataclass(frozen=True, eq=False)
class References:
    """The pictures of a table.

    Attributes:
        pictures: Absolute path of each row's pictures; wrong where a problem says so,
            null where a row names none.
        problems: What is wrong with them.
        files: What was found on disk.
    """

    pictures: Pictures
    problems: list[Problem]
    files: Files


def check_references(
    slots: Sequence[pl.Series],
    root: Path,
    *,
    whole: bool = False,
    once: bool = True,
) -> References:
    """Return every row's pictures and whatever is wrong with them.

    Args:
        slots: From `picture_names`: for each picture that a row can have, its name.
        root: Where relative paths start.
        whole: Whether `warn_about_unnamed` will be asked.
        once: Whether a picture may be named once only. Learned from, one that two rows
            share could be in training and in test.
    """
    folder = os.path.abspath(root)  # noqa: PTH100 - resolve() would follow links
    named = _Named.of(slots)
    files = find_files(named.names, folder, whole=whole)
    paths = [full_paths(names, root).set(names.is_null(), None) for names in slots]
    pictures = Pictures(*paths)
    problems = []
    for column in dict.fromkeys(names.name for names in slots):
        problems += _bad_files(column, named, files)
    if once:
        problems += _twins(named, files)
    return References(pictures, problems, files)


def nameless(slots: Sequence[pl.Series]) -> list[Problem]:
    """Return the rows that name no picture at all."""
    rows = np.flatnonzero(~Pictures(*slots).present())
    if not len(rows):
        return []
    fix = "Name one, or leave such rows out with --on-bad drop (on_bad='drop')."
    return [_problem(slots[0].name, "no picture named", rows, [], fix)]


@dataclass(frozen=True, eq=False)
class _Named:
    """All names of all rows in one list, row by row.

    Attributes:
        names: String, null where a row has no further picture.
        rows: Position of each one's row.
        columns: Column that the first, second, … name of each row stands in.
    """

    names: pl.Series
    rows: NDArray[np.int64]
    columns: list[str]

    @classmethod
    def of(cls, slots: Sequence[pl.Series]) -> _Named:
        columns = [names.name for names in slots]
        height, width = len(slots[0]), len(slots)
        rows = np.arange(height * width) // width
        if width == 1:
            return cls(slots[0], rows, columns)
        beside = [names.alias(str(place)) for place, names in enumerate(slots)]
        listed = pl.DataFrame(beside).select(pl.concat_list(pl.all()))[:, 0]
        return cls(listed.explode().alias("name"), rows, columns)

    def of_column(self, positions: NDArray[np.int64], column: str) -> NDArray[np.int64]:
        """Return those of the positions that are in a column."""
        mine = np.array([name == column for name in self.columns])
        chosen = mine[positions % len(self.columns)]
        return positions if chosen.all() else positions[chosen]


def full_paths(cells: pl.Series, root: Path) -> pl.Series:
    """Return every row's absolute path, links and ".." left as they are written."""
    folder = os.path.abspath(root).rstrip("/")  # noqa: PTH100 - keeps links
    names = pl.col(cells.name).cast(pl.String).fill_null("")
    full = pl.when(names.str.starts_with("/")).then(names)
    return cells.to_frame().select(full.otherwise(pl.lit(folder + "/") + names))[:, 0]


def all_paths(slots: Sequence[pl.Series], root: Path) -> pl.Series:
    """Return the absolute path of every picture that is named, slot by slot."""
    paths = [full_paths(names.drop_nulls(), root).rename("path") for names in slots]
    return pl.concat(paths)


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
    folders = pl.concat(used.slots).rename("path").drop_nulls().to_frame()
    real = {
        os.path.realpath(folder)
        for folder in folders.select(folder_of("path").unique())["path"]
    }
    cache = os.path.realpath(cache_folder())  # of fetched objects, other tables' too
    real = {folder for folder in real if not folder.startswith(f"{cache}/")}
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
    nothing = pl.DataFrame(schema={"folder": pl.String, "name": pl.String})
    if files.one_to_one:
        return nothing
    identity = ["device", "inode"]
    endings = "|".join(suffix.removeprefix(".") for suffix in SUFFIXES)
    found = files.listed.filter(pl.col("name").str.contains(rf"(?i)\.({endings})$"))
    # A folder may be written in several ways, and so may be listed several times.
    found = found.join(files.rows.select(identity), on=identity, how="anti")
    if not found.height:
        return nothing
    paths = pl.concat_str(pl.lit(files.root + "/"), "name")
    full = pl.when(pl.col("name").str.starts_with("/")).then("name").otherwise(paths)
    found = found.filter(~full.is_in(named.unique().implode()))
    found = found.unique(identity, keep="first", maintain_order=True)
    real = [os.path.realpath(os.path.join(files.root, f)) for f in files.folders]  # noqa: PTH118
    return found.select(
        pl.Series(real, dtype=pl.String).gather(found["folder"]).alias("folder"),
        pl.col("name").str.split("/").list.last(),
    ).sort("folder")


def _bad_files(column: str, named: _Named, files: Files) -> list[Problem]:
    reasons = files.rows["reason"]
    found = set(reasons.drop_nulls().unique())
    problems = []
    for reason in _SAID:
        if reason not in found:
            continue
        where = named.of_column(positions(reasons == reason), column)
        if not len(where):
            continue
        names = named.names.gather(where)
        fix = (
            "Correct the reference, or leave these rows out with --on-bad drop "
            "(on_bad='drop')."
        )
        if reason == "no such picture":
            first = os.path.join(files.root, names[0])  # noqa: PTH118 - as in full_paths
            fix = _hint(first) + (
                f"Relative paths start at {files.root!r}; pass --images FOLDER "
                "(images='FOLDER') if the pictures are elsewhere."
            )
        problems.append(_problem(column, reason, named.rows[where], names, fix))
    return problems


def _twins(named: _Named, files: Files) -> list[Problem]:
    """Return the rows that name a file which an earlier row, or place, names."""
    known = files.rows.with_row_index("at").drop_nulls("inode")
    if known["inode"].n_unique() == known.height:
        return []
    first = pl.col("at").first().over("device", "inode").alias("first")
    twins = known.with_columns(first).filter(pl.col("at") != pl.col("first"))
    if not twins.height:
        return []
    problems = []
    every = twins["at"].cast(pl.Int64).to_numpy()
    for column in dict.fromkeys(named.columns):
        where = named.of_column(every, column)
        if not len(where):
            continue
        before = twins.filter(pl.col("at").is_in(where))["first"].to_numpy()
        problems.append(_twin(column, where, before, named))
    return problems


def _twin(
    column: str, where: NDArray[np.int64], before: NDArray[np.int64], named: _Named
) -> Problem:
    rows = ", ".join(map(str, named.rows[before[:5]] + 1))
    which = "row" if len(where) == 1 else "rows"
    names = named.names.gather(where)
    if len(named.columns) == 1:
        fix = f"Every row needs a picture of its own; compare with {which} {rows}."
        return _problem(column, TWICE, where, names, fix)
    earlier = named.columns[int(before[0]) % len(named.columns)]
    fix = (
        "A picture may stand in one place only; compare with "
        f"{earlier!r} in {which} {rows}."
    )
    problem = _problem(column, TWICE, named.rows[where], names, fix)
    # The earlier place may be in the same row.
    what = count(len(where), "row", "names", "name")
    return replace(problem, what=f"{what} a picture that is named already")


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
