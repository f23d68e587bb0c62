"""Columns whose gaps tell the answer: a value was noted because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sidelight.audit._context import Context
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

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.audit._foretell import Answer

FEWEST = 30  # rows with a gap, and without one
EFFECT, STRONG = 0.15, 0.3


@CHECKS.register(
    "informative_absence",
    summary="columns that are missing much more often with some answers than with "
    "others",
    capabilities={"table"},
)
def find(context: Context) -> list[Finding]:
    """Say whose gaps go with the target."""
    answer = context.answer
    if answer is None:
        return []
    tested: list[tuple[str, NDArray[np.bool_], Association]] = []
    for name in context.kinds:
        gaps = context.table.frame[name].is_null().to_numpy()
        if FEWEST <= gaps.sum() <= len(gaps) - FEWEST:
            tested.append((name, gaps, _association(gaps, answer)))
    found = []
    corrected = holm([association.p for _, _, association in tested])
    for (name, gaps, association), p in zip(tested, corrected, strict=True):
        if p > SURE or association.effect < EFFECT:
            continue
        found.append(
            context.finding(
                "informative_absence",
                "warning" if association.effect >= STRONG else "note",
                f"Column {name!r} is missing in {gaps.mean():.0%} of the rows, and "
                f"that goes with the target {context.table.schema.target!r}: "
                f"{_how(gaps, answer)}.",
                column=name,
                where=gaps,
                fix="If the value was left out because of the answer, leave the column "
                f"out: --drop {name} (drop=[{name!r}]).",
            )
        )
    return found


def _association(gaps: NDArray[np.bool_], answer: Answer) -> Association:
    if answer.of_classes:
        return cramer(table_of(gaps.astype(np.int64), answer.codes))
    known = answer.known
    return kolmogorov(answer.ranks[gaps & known], answer.ranks[~gaps & known])


def _how(gaps: NDArray[np.bool_], answer: Answer) -> str:
    if not answer.of_classes:
        ranks = [np.nanmedian(answer.ranks[rows]) for rows in (gaps, ~gaps)]
        return f"those rows are {'higher' if ranks[0] > ranks[1] else 'lower'}"
    missing, rows = (
        np.bincount(answer.codes[keep & answer.known], minlength=len(answer.classes))
        for keep in (gaps, np.ones(len(gaps), bool))
    )
    often = rows >= min(20, int(rows.max()))
    share = np.where(often, missing / np.maximum(rows, 1), np.nan)
    least, most = int(np.nanargmin(share)), int(np.nanargmax(share))
    return (
        f"{share[most]:.0%} of the rows with {answer.classes[most]!r}, "
        f"{share[least]:.0%} of those with {answer.classes[least]!r}"
    )
