"""Every failure Sidelight names, and the one place where its sentence is built.

SidelightError
├── InputError (ValueError)           what the user gave is wrong; exit code 2
│   ├── TableError                    a table, its header, a column or its cells
│   │   └── ColumnNotFoundError (KeyError)
│   ├── ImageError                    a picture that is missing, damaged or refused
│   ├── SplitError                    the rows cannot be divided as asked
│   ├── ConfigError                   an option or a configuration file
│   ├── UnknownNameError (LookupError) no such fusion, backbone, reader, ...
│   └── RunError                      a run directory that cannot be read
├── NotTrainingDataError (ValueError) fitting on rows that are not for training
├── NotFittedError (ValueError, AttributeError)
├── ExportError (RuntimeError)        an exported file that answers otherwise; code 1
├── DiskFullError (OSError)
└── MissingPackageError (ImportError) an optional package, with the line to type

SidelightWarning (UserWarning)
├── LeakWarning                       a column that gives the answer away
├── GroupWarning                      rows that belong together may be split apart
└── DataWarning                       files no row names, dropped rows, mixed sizes
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path

from sidelight.redact import redact

NUM_SHOWN = 5


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """Return up to three known names that look like a mistyped one, best first."""
    folded = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(name.casefold(), list(folded), n=3, cutoff=0.5)
    return [folded[match] for match in close]


class SidelightError(Exception):
    """Base of every error that Sidelight raises on purpose."""

    def __str__(self) -> str:
        """Return the sentence itself; KeyError would quote it."""
        return str(self.args[0]) if self.args else ""


class InputError(SidelightError, ValueError):
    """What the user gave is wrong: says what, where, and what to do.

    Passwords in URLs are left out of all texts, whoever passes them.

    Args:
        problem: What is wrong, without a final full stop.
        path: The file it was found in.
        column: The column it was found in.
        rows: The numbers of all rows concerned; row 1 is the first row of data.
        values: What was found in those rows, in the same order.
        fix: What to do about it: the exact argument, call or command.
    """

    def __init__(
        self,
        problem: str,
        *,
        path: str | Path | None = None,
        column: str | None = None,
        rows: Sequence[int] = (),
        values: Sequence[object] = (),
        fix: str = "",
    ) -> None:
        self.problem, self.column, self.fix = redact(problem), column, redact(fix)
        self.path = None if path is None else redact(str(path))
        self.rows, self.values = list(rows), list(values)
        super().__init__(self._sentence())

    def _sentence(self) -> str:
        where = " in ".join(
            part
            for part in (
                f"column {self.column!r}" if self.column is not None else "",
                _printable(self.path) if self.path is not None else "",
            )
            if part
        )
        text = f"{where}: {self.problem}" if where else self.problem
        text = text[:1].upper() + text[1:] if where.startswith("column") else text
        text += f" ({self._evidence()})." if self.rows else "."
        return f"{text} {self.fix}" if self.fix else text

    def _evidence(self) -> str:
        shown = ", ".join(str(row) for row in self.rows[:NUM_SHOWN])
        text = f"{'row' if len(self.rows) == 1 else 'rows'} {shown}"
        if len(self.rows) > NUM_SHOWN:
            text += f", … {len(self.rows)} in total"
        if self.values:
            text += ": " + ", ".join(_shown(v) for v in self.values[:NUM_SHOWN])
        return text


def _printable(text: str) -> str:
    return text if text.isprintable() else repr(text)


def _shown(value: object) -> str:
    text = redact(repr(value))
    return text if len(text) <= 60 else text[:57] + "…'"


class TableError(InputError):
    """A table, its header, a column or its cells cannot be used as they are."""


class ColumnNotFoundError(TableError, KeyError):
    """A column was named that the table does not have; suggests the nearest."""

    def __init__(
        self, name: str, known: Sequence[str], *, path: str | Path | None = None
    ) -> None:
        close = nearest(name, known)
        fix = f"Did you mean {close[0]!r}? " if close else ""
        listed = ", ".join(repr(k) for k in known[:12])
        more = f" and {len(known) - 12} more" if len(known) > 12 else ""
        super().__init__(
            f"there is no column {name!r}",
            path=path,
            fix=f"{fix}The columns are {listed}{more}.",
        )


class ImageError(InputError):
    """One or more pictures are missing, damaged or of a kind that is refused."""


class SplitError(InputError):
    """The rows cannot be divided into train, val and test as asked."""


class ConfigError(InputError):
    """An option or a configuration file has a value that cannot be used."""


class RunError(InputError):
    """A run directory is missing, incomplete or of another version."""


class UnknownNameError(InputError, LookupError):
    """No variant of that name is registered; lists what there is."""

    def __init__(self, kind: str, name: str, known: Sequence[str]) -> None:
        close = nearest(name, known)
        fix = f"Did you mean {close[0]!r}? " if close else ""
        super().__init__(
            f"there is no {kind} {name!r}",
            fix=f"{fix}Known: {', '.join(known)}.",
        )


class NotTrainingDataError(SidelightError, ValueError):
    """Something was to be fitted on rows that are not marked as training rows."""

    def __init__(self, what: str, part: str) -> None:
        super().__init__(
            f"{what} is fitted on training rows only, but this table is {part!r}. "
            "Pass table.take(split, 'train')."
        )


class NotFittedError(SidelightError, ValueError, AttributeError):
    """An estimator was asked for an answer before `fit`."""

    def __init__(self, name: str) -> None:
        super().__init__(f"This {name} is not fitted yet. Call fit(table) first.")


class ExportError(SidelightError, RuntimeError):
    """An exported file did not pass its check; it is not left behind."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"The exported file {problem}. It is not kept.")


class DiskFullError(SidelightError, OSError):
    """The disk filled up while a file was written; nothing half-written is left."""

    def __init__(self, path: str | Path) -> None:
        super().__init__(
            f"The disk is full: {_printable(str(path))} could not be written. "
            "Free some space, or choose another place with --runs or --cache."
        )


class MissingPackageError(SidelightError, ImportError):
    """An optional package is needed; names the extra that brings it, if one does."""

    def __init__(self, package: str, extra: str | None, purpose: str) -> None:
        wanted = package if extra is None else f"'sidelight[{extra}]'"
        super().__init__(
            f"{purpose} needs the package {package!r}. "
            f"Install it with: pip install {wanted}"
        )


class SidelightWarning(UserWarning):
    """Base of every warning that Sidelight gives."""


class LeakWarning(SidelightWarning):
    """A column seems to give the answer away."""


class GroupWarning(SidelightWarning):
    """Rows that belong together may end up on both sides of the split."""


class DataWarning(SidelightWarning):
    """Something about the data was noticed and handled; the run says how."""
