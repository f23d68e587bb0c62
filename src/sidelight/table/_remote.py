"""Pictures in object stores: looked up together, then fetched, then ordinary files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from sidelight.stores import (
    REMOTE,
    Found,
    fetch,
    find_objects,
    is_remote,
    joined,
)
from sidelight.table._cells import positions
from sidelight.table._problems import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

GONE = "no such picture in the store"


@dataclass(frozen=True, eq=False)
class Located:
    """Names of pictures, and which of them are objects of a store.

    Attributes:
        slots: As given, with whole URLs in place of names that start in a store.
        root: Where relative paths start that are in no store.
        objects: Those that exist, by URL.
        remote: Whether there are any URLs.
    """

    slots: list[pl.Series]
    root: Path
    objects: dict[str, Found] = field(default_factory=dict)
    remote: bool = False

    def problems(self) -> list[Problem]:
        """Return the rows whose object does not exist, column by column."""
        if not self.remote:
            return []
        known = pl.Series(list(self.objects), dtype=pl.String).implode()
        found = []
        for name in dict.fromkeys(names.name for names in self.slots):
            slots = [names for names in self.slots if names.name == name]
            absent = [
                positions(_is_url(names) & ~names.is_in(known)) for names in slots
            ]
            rows = np.concatenate(absent)
            if not len(rows):
                continue
            values = [
                cell
                for names, where in zip(slots, absent, strict=True)
                for cell in names.gather(where)
            ]
            what = "1 object does" if len(rows) == 1 else f"{len(rows)} objects do"
            fix = "Check bucket and names; --images s3://bucket/folder "
            fix += "(images=…) says where relative names start."
            problem = Problem(name, f"{what} not exist", GONE, rows, values, fix)
            found.append(problem)
        return found

    def fetched(self) -> list[pl.Series]:
        """Return the names with local files in place of URLs.

        An object that does not exist gives null; one that is gone since it was looked
        up keeps its URL, which is no file's name.
        """
        if not self.remote:
            return self.slots
        asked = pl.concat([names.filter(_is_url(names)) for names in self.slots])
        urls = asked.unique(maintain_order=True)
        files = fetch({url: self.objects[url] for url in urls if url in self.objects})
        places = pl.Series(
            [str(files.get(u, u)) if u in self.objects else None for u in urls],
            dtype=pl.String,
        )
        return [
            names.replace_strict(urls, places, default=names, return_dtype=pl.String)
            for names in self.slots
        ]


def locate(slots: Sequence[pl.Series], root: str | Path) -> Located:
    """Look up which of the pictures that are in object stores exist.

    Args:
        slots: String, names as the cells write them; null where there is none.
        root: Folder or URL where relative names start.

    Raises:
        ConfigError: If a store refuses access or does not answer.
        MissingPackageError: If the package for a store is not installed.
    """
    start = str(root)
    if is_remote(start):
        slots = [_absolute(names, start) for names in slots]
        root = Path.cwd()
    urls = pl.concat([names.filter(_is_url(names)) for names in slots])
    if not len(urls):
        return Located(list(slots), Path(root))
    return Located(list(slots), Path(root), find_objects(urls.unique()), remote=True)


def _is_url(names: pl.Series) -> pl.Series:
    return names.str.contains(REMOTE).fill_null(value=False)


def _absolute(names: pl.Series, folder: str) -> pl.Series:
    inside = pl.lit(joined(folder, "")) + pl.col(names.name)
    stays = pl.col(names.name).str.contains(rf"{REMOTE}|^/")
    chosen = pl.when(stays).then(pl.col(names.name)).otherwise(inside)
    return names.to_frame().select(chosen.alias(names.name))[:, 0]
