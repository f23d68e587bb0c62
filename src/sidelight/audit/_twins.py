"""Rows that show the same picture, and what is wrong with that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sidelight.audit._context import NUM_EXAMPLES, Context, counted
from sidelight.splits._base import LEFT_OUT, TRAIN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.audit._finding import Finding

MANY = 0.01  # of the val and test rows
FEWEST = 2


@dataclass(frozen=True, eq=False)
class Twins:
    """Pairs of rows; of a larger group, each row beside the group's first.

    Attributes:
        first: `(pairs,)` int64 position of the earlier row.
        second: `(pairs,)` int64 position of the later one.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.first)

    @classmethod
    def of_groups(cls, rows: NDArray[np.int64], groups: NDArray[np.int64]) -> Twins:
        """Return the pairs of rows with the same group.

        Args:
            rows: `(n,)` rising positions.
            groups: `(n,)` group of each.
        """
        _, first, place = np.unique(groups, return_index=True, return_inverse=True)
        earlier = rows[first][place]
        later = earlier != rows
        return cls(earlier[later], rows[later])

    @classmethod
    def of_pairs(cls, pairs: NDArray[np.int64]) -> Twins:
        """Return pairs of two rows `(n, 2)` in the order of their rows."""
        pairs = np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1)
        order = np.lexsort((pairs[:, 1], pairs[:, 0]))
        return cls(pairs[order, 0], pairs[order, 1])

    def at(self, mask: NDArray[np.bool_]) -> Twins:
        """Return some of the pairs."""
        return Twins(self.first[mask], self.second[mask])


def said_of_twins(
    context: Context, check: str, how: str, twins: Twins
) -> list[Finding]:
    """Return findings: differing labels, both sides of the split, and what is left.

    Args:
        context: The table under audit.
        check: Name of the check.
        how: What the later row shows: "the same picture as".
        twins: Pairs of rows.
    """
    if not len(twins):
        return []
    exact = check == "exact_duplicates"
    found = []
    differ = _labels_differ(context, twins)
    if differ.any():
        found.append(
            _finding(
                context, check, twins.at(differ), "severe" if exact else "warning",
                f"show {how} an earlier row, with another label",
                "Decide which label is right, and keep one row of each picture.",
            )
        )  # fmt: skip
    across, share = _across(context, twins)
    if across.any():
        many = share >= MANY and across.sum() >= FEWEST
        severity = (
            ("severe" if exact else "warning")
            if many
            else ("warning" if exact else "note")
        )
        found.append(
            _finding(
                context, check, twins.at(across), severity,
                f"show {how} an earlier row on the other side of the split "
                f"({share:.1%} of the val and test rows are known from training)",
                "Keep one of them, or name what they share with --group COLUMN "
                "(group='COLUMN').",
            )
        )  # fmt: skip
    rest = ~(differ | across)
    if rest.any():
        found.append(
            _finding(
                context, check, twins.at(rest), "warning" if exact else "note",
                f"show {how} an earlier row",
                "Keep one of them: a picture that is there twice counts double.",
            )
        )  # fmt: skip
    return found


def _finding(
    context: Context, check: str, twins: Twins, severity: str, what: str, fix: str
) -> Finding:
    rows, at = np.unique(twins.second, return_index=True)
    earlier = twins.first[at][:NUM_EXAMPLES]
    number = len(rows)
    shown = what.replace("show ", "shows ", 1) if number == 1 else what
    return context.finding(
        check,
        severity,  # type: ignore[arg-type]
        f"{counted(number, 'row')} {shown}.",
        column=context.table.schema.image,
        where=rows,
        values=[f"as row {context.table.rows[place]}" for place in earlier],
        fix=fix,
    )


def _labels_differ(context: Context, twins: Twins) -> NDArray[np.bool_]:
    answer = context.answer
    if answer is None or not answer.of_classes:
        return np.zeros(len(twins), bool)
    first, second = answer.codes[twins.first], answer.codes[twins.second]
    differ: NDArray[np.bool_] = (first != second) & (first >= 0) & (second >= 0)
    return differ


def _across(context: Context, twins: Twins) -> tuple[NDArray[np.bool_], float]:
    if context.split is None:
        return np.zeros(len(twins), bool), 0.0
    part = context.split.assignment
    sides = part[twins.first], part[twins.second]
    used = (sides[0] != LEFT_OUT) & (sides[1] != LEFT_OUT)
    across = used & ((sides[0] == TRAIN) != (sides[1] == TRAIN))
    tested = np.where(sides[0] == TRAIN, twins.second, twins.first)[across]
    total = int(((part != TRAIN) & (part != LEFT_OUT)).sum())
    return across, len(np.unique(tested)) / max(total, 1)
