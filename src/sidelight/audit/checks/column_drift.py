"""Columns that are spread otherwise in test or val rows than in training rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sidelight.audit._context import Context, codes_of
from sidelight.audit._finding import Finding
from sidelight.audit._statistics import (
    SURE,
    Association,
    cramer,
    holm,
    kolmogorov,
    table_of,
)
from sidelight.registry import CHECKS
from sidelight.splits._base import PARTS, TRAIN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.schema import Part

EFFECT, STRONG = 0.1, 0.2
MOST_LEVELS = 200
FEWEST = 20  # rows of a part


@CHECKS.register(
    "column_drift",
    summary="columns spread otherwise in val or test rows than in training rows",
    capabilities={"split"},
)
def find(context: Context) -> list[Finding]:
    """Say which columns differ between the parts, by test and effect size."""
    split = context.split
    if split is None:
        return []
    names = [*context.kinds, *context.table.schema.targets]
    tested: list[tuple[str, Part, Association]] = []
    for part, code in PARTS.items():
        rows = (split.assignment == TRAIN, split.assignment == code)
        if code != TRAIN and min(rows[0].sum(), rows[1].sum()) >= FEWEST:
            tested += [
                (name, part, _association(context, name, *rows)) for name in names
            ]
    corrected = holm([association.p for _, _, association in tested])
    worst: dict[str, tuple[Part, Association]] = {}
    for (name, part, association), p in zip(tested, corrected, strict=True):
        known = worst.get(name)
        if (
            p <= SURE
            and association.effect >= EFFECT
            and (known is None or association.effect > known[1].effect)
        ):
            worst[name] = (part, association)
    return [
        _said(context, name, part, association.effect)
        for name, (part, association) in worst.items()
    ]


def _said(context: Context, name: str, part: str, effect: float) -> Finding:
    strong = effect >= STRONG and not context.is_meant_to_differ
    fix = "A score on these rows is one for other data than was trained on."
    if context.is_meant_to_differ and context.split is not None:
        fix += f" A {context.split.method} split is meant to bring that about."
    else:
        fix += " Look for rows in an order, or for a batch that is in one part only."
    return context.finding(
        "column_drift",
        "warning" if strong else "note",
        f"Column {name!r} is spread otherwise in {part} rows than in train rows "
        f"(effect {effect:.2f} of 1).",
        column=name,
        fix=fix,
    )


def _association(
    context: Context, name: str, first: NDArray[np.bool_], second: NDArray[np.bool_]
) -> Association:
    cells = context.table.frame[name]
    if cells.dtype.is_numeric() or cells.dtype.is_temporal():
        values = cells.to_physical().cast(float).fill_null(np.nan).to_numpy()
        known = ~np.isnan(values)
        return kolmogorov(values[first & known], values[second & known])
    codes = codes_of(cells)
    if codes.max() >= MOST_LEVELS:
        return Association(1.0, 0.0)
    part = np.where(second, 1, np.where(first, 0, -1))
    return cramer(table_of(part, codes))
