"""What a reader is: it knows one format or one kind of server, and guesses nothing."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import polars as pl

from sidelight.errors import ConfigError, TableError, nearest
from sidelight.redact import redact


class SourceReader(ABC):
    """Base of all readers; one file and one `register` line each.

    Attributes:
        takes_sql: Whether a query can be passed.
        takes_asset: Whether the name of an asset can be passed.
        general: Whether the same looks may be those of a more particular format; such
            a reader is asked after the others.
        image: The column that names the pictures, where the format itself says so.
        target: The column to predict, where the format itself says so.
        part: The column that says train, val or test, where the format has one; it is
            for the split, not metadata.
    """

    takes_sql: ClassVar[bool] = False
    takes_asset: ClassVar[bool] = False
    general: ClassVar[bool] = False
    image: str | Sequence[str] | None = None
    target: str | None = None
    part: str | None = None

    @abstractmethod
    def matches(self, source: str) -> bool:
        """Return whether a path or URL is for this reader, by its looks alone."""

    @abstractmethod
    def root_of(self, source: str) -> Path:
        """Return the folder that relative picture paths start from."""

    def read(
        self, source: str, *, sql: str | None = None, asset: str | None = None
    ) -> pl.DataFrame:
        """Return the table as it stands in the file.

        Args:
            source: A path or URL for which `matches` holds.
            sql: A query, for formats that take one.
            asset: Which asset is the picture, for formats that have some.

        Raises:
            TableError: If there is no such file, or it is damaged.
            ConfigError: If a query or an asset is given for a format without them.
        """
        if sql is not None and not self.takes_sql:
            message = "a query (--sql) needs a database"
            fix = "Write the source as sqlite:///scenes.db, or leave --sql out."
            raise ConfigError(message, path=source, fix=fix)
        if asset is not None and not self.takes_asset:
            message = "there are no assets to choose from (--asset)"
            fix = "Only STAC catalogues have some; leave --asset out."
            raise ConfigError(message, path=source, fix=fix)
        frame = self._frame(source, asset if self.takes_asset else sql)
        name = redact(source)
        if frame.width and not frame.height:
            message = "there are columns but no rows"
            raise TableError(message, path=name)
        check_text(frame, name)
        return frame

    @abstractmethod
    def _frame(self, source: str, sql: str | None) -> pl.DataFrame:
        """Return the table of a source.

        A format that takes assets is given the asset in place of a query.
        """


class TableReader(SourceReader):
    """Base of the readers of a file, or of a folder with a table's files.

    Attributes:
        suffixes: Lower-case file endings that belong to the format.
        takes_folder: Whether a source may be a folder.
        scheme: How an address of such a file begins, "sqlite:///" of sqlite:///a.db; a
            fourth slash makes its path absolute. Empty where only paths are taken.
    """

    suffixes: ClassVar[frozenset[str]] = frozenset()
    takes_folder: ClassVar[bool] = False
    scheme: ClassVar[str] = ""

    def matches(self, source: str) -> bool:
        """Return whether a path or URL is of this format, by its looks alone."""
        if self.scheme and source.startswith(self.scheme):
            return True
        return "://" not in source and Path(source).suffix.lower() in self.suffixes

    def path_of(self, source: str) -> Path:
        """Return the file behind a source."""
        return Path(source.removeprefix(self.scheme)).expanduser()

    def root_of(self, source: str) -> Path:
        """Return the folder that relative picture paths start from."""
        path = self.path_of(source).absolute()
        return path if self.takes_folder and path.is_dir() else path.parent

    def _frame(self, source: str, sql: str | None) -> pl.DataFrame:
        path = self.path_of(source)
        check_file(path, folder=self.takes_folder)
        try:
            return self._read(path, sql)
        except OSError as failure:
            message = f"the file cannot be read: {failure.strerror or failure}"
            raise TableError(message, path=path) from None

    @abstractmethod
    def _read(self, path: Path, sql: str | None) -> pl.DataFrame:
        """Return the table in a file that is known to exist and not to be empty.

        A format that takes assets is given the asset in place of a query.
        """


def check_file(path: Path, *, folder: bool = False) -> None:
    """Check that a table's file is there and holds something.

    Args:
        path: Where it should be.
        folder: Whether it may be a folder.

    Raises:
        TableError: If it does not; suggests similar names in the folder.
    """
    if path.is_dir() and folder:
        return
    if path.is_dir():
        message = "this is a folder, not a table"
        raise TableError(message, path=path, fix="Name the table file in it.")
    if path.is_symlink() and not path.exists():
        message = f"this link leads to no file: it points to {str(path.readlink())!r}"
        raise TableError(message, path=path, fix="Make it point to the table.")
    if not path.exists():
        message = "there is no such file"
        raise TableError(message, path=path, fix=_similar(path))
    if path.stat().st_size == 0:
        message = "the file is empty (0 bytes)"
        raise TableError(message, path=path)


def check_text(frame: pl.DataFrame, path: str | Path) -> None:
    """Check that no text holds a NUL character, where other programs end it.

    Raises:
        TableError: If some do; names the first column with all of its rows.
    """
    for cells in frame.iter_columns():
        if cells.dtype != pl.String:
            continue
        found = cells.str.contains("\0", literal=True).arg_true()
        if len(found):
            holds = "1 cell holds" if len(found) == 1 else f"{len(found)} cells hold"
            message = f"{holds} a NUL character"
            raise TableError(
                message,
                path=path,
                column=cells.name,
                rows=[i + 1 for i in found],
                values=cells.gather(found).to_list(),
                fix="Replace it in the source; no file name or word has one.",
            )


def check_names(names: list[str], path: str | Path) -> None:
    """Check that every column has a name of its own.

    Raises:
        TableError: If not; says at which positions, the first column being 1.
    """
    empty = [i for i, name in enumerate(names, 1) if not name.strip()]
    if empty:
        which = "column" if len(empty) == 1 else "columns"
        message = (
            f"{which} {_listed(empty)} of {len(names)} "
            f"{'has' if len(empty) == 1 else 'have'} no name"
        )
        raise TableError(
            message,
            path=path,
            fix="Name every column in the first line; pandas leaves its index nameless "
            "unless it writes with index=False.",
        )
    places: dict[str, list[int]] = {}
    for position, name in enumerate(names, 1):
        places.setdefault(name, []).append(position)
    twice = {name: where for name, where in places.items() if len(where) > 1}
    if twice:
        said = "; ".join(
            f"{name!r} is the name of columns {_listed(where)}"
            for name, where in list(twice.items())[:5]
        )
        message = f"column names are not unique: {said}"
        raise TableError(message, path=path, fix="Rename or remove one of them.")


def _listed(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return str(numbers[0])
    return ", ".join(map(str, numbers[:-1])) + f" and {numbers[-1]}"


def _similar(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"There is no folder {str(folder)!r} either."
    close = nearest(path.name, os.listdir(folder))  # noqa: PTH208 - names suffice
    return f"Did you mean {str(folder / close[0])!r}?" if close else ""
