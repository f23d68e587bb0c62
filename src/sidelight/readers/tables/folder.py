"""A folder of pictures as a table: one row a picture, the class its folder's name.

photos/cat/1.jpg            file, label
photos/train/cat/1.jpg      file, label, part
photos/1.jpg                file
"""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import polars as pl

from sidelight.errors import DataWarning, TableError
from sidelight.readers.tables._base import TableReader
from sidelight.registry import READERS
from sidelight.table._references import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Sequence

# What folders of parts are called → what a split calls them.
PARTS = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "test": "test",
    "testing": "test",
}
TABLES = (".csv", ".tsv", ".parquet", ".xlsx", ".jsonl")


@READERS.register(
    "folder", summary="a folder of pictures with a folder for each class: photos/"
)
class FolderReader(TableReader):
    """Reads names only; hidden files and links are left out.

    With folders of classes `label` is the first folder's name, whatever is nested in
    it. If these all stand in folders called train, val and test, `part` says in which.
    A folder without folders gives `file` alone.
    """

    takes_folder: ClassVar[bool] = True
    general: ClassVar[bool] = True
    image = "file"
    target = "label"
    part = "part"

    def matches(self, source: str) -> bool:
        """Return whether a source is a folder."""
        return "://" not in source and self.path_of(source).is_dir()

    def _read(self, path: Path, sql: str | None) -> pl.DataFrame:  # noqa: ARG002
        found = _Pictures()
        _walk(path, "", found)
        if not found.names:
            listed = " ".join(SUFFIXES)
            links = _links(found.links)
            message = f"no picture is in this folder{links and f' ({links})'}"
            raise TableError(message, path=path, fix=f"Pictures end in {listed}.")
        notes = [_links(found.links)] if found.links else []
        if found.tables:
            notes.append(
                f"it holds {_listed(found.tables)} too, which is not read: name the "
                "table in place of the folder if that is meant"
            )
        for note in notes:
            warnings.warn(f"{path}: {note}.", DataWarning, stacklevel=2)
        names = pl.Series("file", sorted(found.names))
        folders = names.str.replace("/?[^/]*$", "").str.split("/")
        first = _step(folders, 0)
        if first.is_null().all():
            return names.to_frame()
        _refuse_outside(names, first, path, "a class's folder")
        if not _are_parts(first.unique(), path):
            return pl.DataFrame([names, first.alias("label")])
        label = _step(folders, 1)
        _refuse_outside(names, label, path, "a class's folder in train, val or test")
        part = first.str.to_lowercase().replace_strict(PARTS)
        return pl.DataFrame([names, label.alias("label"), part.alias("part")])


def _step(folders: pl.Series, number: int) -> pl.Series:
    """Return one folder of each path, null where the path has no such."""
    found = folders.list.get(number, null_on_oob=True)
    return found.set(found == "", None)


@dataclass
class _Pictures:
    """What a walk has found.

    Attributes:
        names: Pictures, from the folder on.
        tables: Files that are tables, in the folder itself.
        links: Number of links that were not followed.
    """

    names: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    links: int = 0


def _walk(root: Path, below: str, found: _Pictures) -> None:
    """Gather the pictures of a folder and of the folders in it."""
    folders = []
    with os.scandir(root / below) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_symlink():
                found.links += 1
            elif entry.is_dir():
                folders.append(entry.name)
            elif entry.name.lower().endswith(SUFFIXES):
                _check_name(entry.name, root / below)
                found.names.append(below + entry.name)
            elif not below and entry.name.lower().endswith(TABLES):
                found.tables.append(entry.name)
    for name in folders:
        _check_name(name, root / below)
        _walk(root, f"{below}{name}/", found)


def _check_name(name: str, folder: Path) -> None:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        message = f"the name {os.fsencode(name)!r} is not UTF-8"
        raise TableError(message, path=folder, fix="Rename it.") from None


def _are_parts(folders: pl.Series, path: Path) -> bool:
    """Return whether the first folders are train, val and test, and not classes."""
    known = [name for name in folders.sort() if name.lower() in PARTS]
    if "train" not in {PARTS[name.lower()] for name in known} or len(known) < 2:
        return False
    others = [name for name in folders.sort() if name not in known]
    if others:
        message = (
            f"the folders {_listed(known)} look like parts of a split, but "
            f"{_listed(others)} beside them {'does' if len(others) == 1 else 'do'} not"
        )
        fix = "Move one or the other away, or rename what is a class."
        raise TableError(message, path=path, fix=fix)
    return True


def _refuse_outside(names: pl.Series, label: pl.Series, path: Path, place: str) -> None:
    outside = names.filter(label.is_null())
    if not len(outside):
        return
    which = "1 picture is" if len(outside) == 1 else f"{len(outside)} pictures are"
    message = f"{which} not in {place}: {_listed(outside.to_list())}"
    fix = "Move them into one, or out of here."
    raise TableError(message, path=path, fix=fix)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names[:5])) + (", …" if len(names) > 5 else "")


def _links(number: int) -> str:
    """Return what was not followed, as the core of a sentence."""
    if not number:
        return ""
    said = "1 link is" if number == 1 else f"{number} links are"
    return f"{said} left out; links are not followed"
