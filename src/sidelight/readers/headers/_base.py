"""What a header reader is: it knows where one kind of header stands, and its fields.

Pixels are never decoded. A picture without the header has empty cells; so has one whose
header is damaged, and these are counted.
"""

from __future__ import annotations

import math
import os
import warnings
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from sidelight.errors import ConfigError, nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sidelight.schema import Kind

PIECE = 64  # headers that one thread reads in a row
_TYPES: dict[str, pl.DataType] = {
    "numeric": pl.Float64(),
    "boolean": pl.Boolean(),
    "datetime": pl.Datetime("us"),
    "categorical": pl.String(),
    "multi_hot": pl.String(),
}

# What one header says, by column; cells that are not there may be left out.
Cells = dict[str, Any]


@dataclass(frozen=True, slots=True)
class HeaderColumn:
    """A column that a header may give.

    Attributes:
        name: Its name, without the header's.
        kind: What its cells are.
        summary: What it says, in one line.
        unit: Its unit; empty where it has none.
    """

    name: str
    kind: Kind
    summary: str
    unit: str = ""


@dataclass(frozen=True, eq=False)
class HeaderTable:
    """What the headers of pictures say.

    Attributes:
        frame: One row for each picture; columns without the header's name before them.
        notes: Sentences on what was noticed, such as damaged headers.
    """

    frame: pl.DataFrame
    notes: list[str]


class HeaderReader(ABC):
    """Base of the header readers; one file and one `register` line each.

    Args:
        fields: Names of further fields that were asked for.

    Attributes:
        what: The header's name in sentences, with an article: "an EXIF header".
        columns: What it may give without being asked for more.
        takes_fields: Whether further fields can be asked for by name.
    """

    what: ClassVar[str]
    columns: ClassVar[tuple[HeaderColumn, ...]] = ()
    takes_fields: ClassVar[bool] = True

    def __init__(self, fields: Sequence[str] = ()) -> None:
        self.fields = tuple(dict.fromkeys(fields))
        if self.fields and not self.takes_fields:
            problem = f"further fields cannot be asked of {self.what}"
            raise ConfigError(problem, fix="All that it holds is read anyway.")
        twins = {column.name for column in self.columns} & set(self.fields)
        if twins:
            problem = f"{min(twins)!r} is a column that {self.what} gives anyway"
            raise ConfigError(problem, fix="Leave the field out.")
        known = self.known_fields() if self.fields else None
        for name in self.fields:
            if not name or (known is not None and name not in known):
                close = nearest(name, known or ())
                fix = f"Did you mean {' or '.join(map(repr, close))}?" if close else ""
                problem = f"there is no field {name!r} in {self.what}"
                raise ConfigError(problem, fix=fix)

    def known_fields(self) -> Collection[str] | None:
        """Return the names that a further field can have; None if any will do."""
        return None

    def read(self, paths: Sequence[str | None]) -> HeaderTable:
        """Read the headers of pictures in threads.

        Args:
            paths: Absolute path of each picture; None where a row names none. Files
                that are not there have empty cells, and are for others to report.

        Raises:
            MissingPackageError: If the package that reads such headers is missing.
        """
        self.require()
        pieces = [paths[i : i + PIECE] for i in range(0, len(paths), PIECE)]
        with _quiet(), ThreadPoolExecutor(os.cpu_count()) as pool:
            found = [one for piece in pool.map(self._piece, pieces) for one in piece]
        cells = [one if isinstance(one, dict) else {} for one in found]
        frame = self._frame(cells)
        notes = [*self._missing(found, paths), *self._notes(cells, frame)]
        return HeaderTable(frame, notes)

    def require(self) -> None:
        """Check that what is needed to read such headers is installed.

        Raises:
            MissingPackageError: If it is not.
        """
        return

    @abstractmethod
    def _look(self, path: str) -> Cells | None:
        """Return what one header says, None where there is none.

        Any exception but that of a missing file means that the header is damaged.
        """

    def _frame(self, cells: list[Cells]) -> pl.DataFrame:
        """Return the columns; names that start with an underscore are internal."""
        known = [
            pl.Series(
                column.name,
                [row.get(column.name) for row in cells],
                dtype=_TYPES[column.kind],
            )
            for column in self.columns
        ]
        asked = [typed(name, [row.get(name) for row in cells]) for name in self.fields]
        return pl.DataFrame([*known, *asked])

    def _notes(self, cells: list[Cells], frame: pl.DataFrame) -> list[str]:  # noqa: ARG002
        """Return what else was noticed."""
        return []

    def _piece(self, paths: Sequence[str | None]) -> list[Cells | Exception | None]:
        return [self._guarded(path) for path in paths]

    def _guarded(self, path: str | None) -> Cells | Exception | None:
        if path is None:
            return None
        try:
            found = self._look(path)
            # Most headers lack most cells, and all of them are held until the end.
            return found and {n: cell for n, cell in found.items() if cell is not None}
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        # Whatever a parser trips over in a stranger's file is damage, not our mistake.
        except Exception as failure:
            return failure

    def _missing(
        self, found: list[Cells | Exception | None], paths: Sequence[str | None]
    ) -> list[str]:
        total = len(found)
        damaged = [i for i, one in enumerate(found) if isinstance(one, Exception)]
        if damaged:
            first = damaged[0]
            name = os.path.basename(paths[first] or "")  # noqa: PTH119
            return [
                f"{counted(len(damaged), total)} {self.what} that cannot be read; "
                f"the cells are empty. The first is {name!r}: {found[first]}."
            ]
        if total and not any(one is not None for one in found):
            return [f"None of the {total} pictures has {self.what}."]
        return []


def counted(number: int, total: int) -> str:
    """Return "1 of 8 pictures has" or "3 of 8 pictures have"."""
    return f"{number} of {total} pictures {'has' if number == 1 else 'have'}"


def number(value: Any) -> float | None:
    """Return a finite number, None for anything else."""
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        return None
    return found if math.isfinite(found) else None


def text(value: Any) -> str | None:
    """Return text without outer white space and NULs, None where nothing is left."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return None
    # A lone surrogate is no text that a table could hold.
    cleaned = value.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
    return cleaned.strip() or None


def typed(name: str, values: list[Any]) -> pl.Series:
    """Return cells of a field of unknown type: all of one type, or text."""
    types = {type(value) for value in values if value is not None}
    if types and types <= {int, float}:
        return pl.Series(name, [number(v) for v in values], dtype=pl.Float64)
    if types == {bool}:
        return pl.Series(name, values, dtype=pl.Boolean)
    if types == {datetime}:
        return pl.Series(name, values, dtype=pl.Datetime("us"))
    words = [None if value is None else text(_written(value)) for value in values]
    return pl.Series(name, words, dtype=pl.String)


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the parsers' warnings while threads read odd files.

    The filters belong to the whole process, so this stands around the threads.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
