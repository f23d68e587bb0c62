"""Words and numbers that stand for "not known"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from sidelight.audit._context import Context, counted, verb
from sidelight.audit._finding import Finding
from sidelight.registry import CHECKS
from sidelight.table import NULL_VALUES

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST = 3
NUMBERS = (-9999, -999, -99, -9, -1, 99, 999, 9999, 99999, -99999, -32768, 65535)
WORDS = frozenset(
    {"unknown", "unk", "missing", "not available", "not known", "unspecified"}
    | {"undefined", "no data", "nodata", "?", "-", "--", ".", "nil", "void", "none"}
    | {"n.a.", "n/a", "#n/a", "#na", "na", "nan", "null", "not specified", "tbd"}
)


@CHECKS.register(
    "disguised_missing",
    summary="numbers such as −999 far from all others, and words for missing",
    capabilities={"table"},
)
def find(context: Context) -> list[Finding]:
    """Say which values are no values."""
    found = []
    for name, values in context.numbers().items():
        for number in NUMBERS:
            where = values == number
            rest = values[~where & ~np.isnan(values)]
            if where.sum() < FEWEST or not _stands_apart(number, rest):
                continue
            many = int(where.sum())
            found.append(
                context.finding(
                    "disguised_missing",
                    "warning",
                    f"{counted(many, 'cell')} of column {name!r} "
                    f"{verb(many, 'is', 'are')} {number}, far from all others: "
                    "it seems to mean that the value is missing.",
                    column=name,
                    where=where,
                    fix=f"Pass --null {number} (null_values=[…, '{number}']).",
                )
            )
    for name, words in context.words().items():
        text = words.text
        if name == context.table.schema.target:
            continue
        # What reading would take for empty by default was kept on purpose: Namibia.
        folded = text.set(text.is_in(NULL_VALUES), None)
        folded = folded.str.strip_chars().str.to_lowercase()
        for word in folded.filter(folded.is_in(WORDS)).unique().sort():
            where = (folded == word).fill_null(value=False).to_numpy()
            many = int(where.sum())
            found.append(
                context.finding(
                    "disguised_missing",
                    "note",
                    f"{counted(many, 'cell')} of column {name!r} "
                    f"{verb(many, 'says', 'say')} {word!r}, which is a level like any "
                    "other.",
                    column=name,
                    where=where,
                    fix="If it means that the value is missing, pass "
                    f"--null {text.gather(np.flatnonzero(where)[:1])[0]!r}.",
                )
            )
    return found


def _stands_apart(number: float, rest: NDArray[np.float64]) -> bool:
    """Say whether no other value is near a number, or on its side of zero."""
    if len(np.unique(rest)) < 10:
        return False
    low, high = float(rest.min()), float(rest.max())
    spread = float(np.ptp(np.quantile(rest, (0.05, 0.95))))
    if number < 0 and abs(number) < 10:
        # Near everything; it stands apart if nothing else is negative, in whole steps.
        return low >= 0 and bool(pl.Series(rest).round(0).eq(pl.Series(rest)).all())
    return number < low - spread or number > high + spread
