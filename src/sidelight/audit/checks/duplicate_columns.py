"""Columns that say what another column says."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from sidelight.audit._context import Context
from sidelight.audit._finding import Finding
from sidelight.registry import CHECKS

STRAIGHT = 0.9999  # correlation of two columns that are one, but for unit and rounding
MOST_COLUMNS = 100


@CHECKS.register(
    "duplicate_columns",
    summary="metadata columns that are equal, correlate perfectly, or go one to one",
    capabilities={"table"},
)
def find(context: Context) -> list[Finding]:
    """Say which columns are there twice."""
    names = list(context.kinds)[:MOST_COLUMNS]
    twins = [*_straight(context), *_one_to_one(context, names)]
    found, said = [], set()
    for first, second, how in twins:
        if second in said:
            continue
        said.add(second)
        found.append(
            context.finding(
                "duplicate_columns",
                "note",
                f"Column {second!r} {how} column {first!r}.",
                column=second,
                fix=f"One of them is enough: --drop {second} (drop=[{second!r}]).",
            )
        )
    return found


def _straight(context: Context) -> list[tuple[str, str, str]]:
    columns = context.numbers()
    names = [name for name in columns if np.nanstd(columns[name]) > 0][:MOST_COLUMNS]
    found = []
    for first, second in combinations(names, 2):
        a, b = columns[first], columns[second]
        both = ~(np.isnan(a) | np.isnan(b))
        if both.sum() < max(10, len(a) / 2):
            continue
        if np.array_equal(a, b, equal_nan=True):
            found.append((first, second, "equals"))
            continue
        a, b = a[both] - a[both].mean(), b[both] - b[both].mean()
        scale = np.sqrt((a @ a) * (b @ b))
        straight = scale > 0 and abs(a @ b) / scale > STRAIGHT
        if straight and len(np.unique(a)) > 2:
            found.append((first, second, "is a straight line away from"))
    return found


def _one_to_one(context: Context, names: list[str]) -> list[tuple[str, str, str]]:
    codes = {
        name: context.codes(name, len(context))
        for name in names
        if context.kinds[name] not in ("location", "multi_hot")
    }
    levels = {name: len(np.unique(code)) for name, code in codes.items()}
    found = []
    for first, second in combinations(codes, 2):
        number = levels[first]
        if number != levels[second] or not 2 <= number <= len(context) / 2:
            continue
        joint = codes[first] * (int(codes[second].max()) + 1) + codes[second]
        if len(np.unique(joint)) == number:
            found.append((first, second, "goes one to one with"))
    return found
