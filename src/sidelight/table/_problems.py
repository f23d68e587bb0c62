"""What is wrong with cells: gathered first, then raised once or dropped."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sidelight.errors import InputError

OnBad = Literal["error", "drop", "keep"]


@dataclass(frozen=True, eq=False)
class Problem:
    """One thing that is wrong in one column.

    Attributes:
        column: The column's name.
        what: The sentence's core, without a full stop: "2 cells are not numbers".
        reason: The same in a few words, under which dropped rows are counted.
        positions: `(num_bad,)` int64, positions in the frame that was looked at.
        values: What was found there, in the same order.
        fix: What to do about it.
        droppable: Whether leaving the rows out is a cure. It is not where the whole
            column was misread, such as dates in two formats.
    """

    column: str
    what: str
    reason: str = ""
    positions: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    values: Sequence[Any] = ()
    fix: str = ""
    droppable: bool = True


@dataclass(frozen=True, eq=False)
class Verdict:
    """Which rows stay.

    Attributes:
        keep: `(num_rows,)` bool.
        dropped: How many rows go, by reason; a row counts once, for its first.
    """

    keep: NDArray[np.bool_]
    dropped: dict[str, int]


def settle(
    problems: Sequence[Problem],
    *,
    rows: NDArray[np.int64],
    source: str,
    on_bad: OnBad,
    error: type[InputError],
) -> Verdict:
    """Raise all problems as one error, or say which rows to drop.

    Args:
        problems: Everything that was found.
        rows: `(num_rows,)` int64, each row's number in its source.
        source: The table's name in messages.
        on_bad: "error" raises; "drop" raises only what dropping does not cure; "keep"
            raises nothing and drops nothing.
        error: The class to raise.

    Raises:
        InputError: Of the class `error`, naming every problem with its rows.
    """
    keep = np.ones(len(rows), dtype=bool)
    if on_bad == "keep":
        return Verdict(keep, {})
    fatal = [p for p in problems if on_bad == "error" or not p.droppable]
    if fatal:
        raise _joined(fatal, rows, source, error)
    dropped: dict[str, int] = {}
    for problem in problems:
        fresh = np.unique(problem.positions[keep[problem.positions]])
        if len(fresh):
            keep[fresh] = False
            dropped[problem.reason] = dropped.get(problem.reason, 0) + len(fresh)
    return Verdict(keep, dropped)


def _joined(
    problems: Sequence[Problem],
    rows: NDArray[np.int64],
    source: str,
    error: type[InputError],
) -> InputError:
    if len(problems) == 1:
        return _single(problems[0], rows, error, source, problems[0].fix)
    columns = list(dict.fromkeys(p.column for p in problems))
    one_column = columns[0] if len(columns) == 1 else None
    parts = [
        str(_single(p, rows, error, None, "", name_column=one_column is None))
        for p in problems
    ]
    text = "; ".join(part[:1].lower() + part[1:].removesuffix(".") for part in parts)
    where = "" if one_column else f"{len(columns)} columns have cells to look at: "
    fixes = " ".join(
        dict.fromkeys(
            p.fix if one_column else f"For {p.column!r}: {p.fix[:1].lower()}{p.fix[1:]}"
            for p in problems
            if p.fix
        )
    )
    joined = error(where + text, path=source, column=one_column, fix=fixes)
    positions = np.unique(np.concatenate([p.positions for p in problems]))
    # The sentence cites rows per problem; tools read all of them here.
    joined.rows = rows[positions].tolist()
    return joined


def _single(
    problem: Problem,
    rows: NDArray[np.int64],
    error: type[InputError],
    source: str | None,
    fix: str,
    *,
    name_column: bool = True,
) -> InputError:
    return error(
        problem.what,
        path=source,
        column=problem.column if name_column else None,
        rows=rows[problem.positions].tolist(),
        values=problem.values,
        fix=fix,
    )
