"""How well one thing foretells the answer: the share of what guessing leaves open.

Every level of the thing answers with what its other rows say, so a level met once
foretells nothing, and chance earns nothing: rows are judged by the other four fifths.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDS = 5
MOST_CELLS = 2_000_000  # levels × classes that are counted at once
PURE, MET = 0.99, 20  # a level whose rows have one answer, and how often it is met
COMMON = 0.9  # what most rows answer anyhow is no surprise in a level


@dataclass(frozen=True)
class Answer:
    """What is to be predicted, of every row.

    Attributes:
        codes: `(rows,)` int64 class, -1 where it is missing; empty for amounts.
        ranks: `(rows,)` float64 rank in 0 to 1, NaN where missing; empty for classes.
            Ranks, so that a few large amounts do not decide.
        classes: Names of the classes.
    """

    codes: NDArray[np.int64]
    ranks: NDArray[np.float64]
    classes: tuple[str, ...] = ()

    @property
    def of_classes(self) -> bool:
        """Whether classes are predicted, not amounts."""
        return bool(self.classes)

    @property
    def known(self) -> NDArray[np.bool_]:
        """`(rows,)` bool, which rows have an answer."""
        return self.codes >= 0 if self.of_classes else ~np.isnan(self.ranks)

    def at(self, rows: NDArray[np.int64]) -> Answer:
        """Return the answer of some rows."""
        if self.of_classes:
            return replace(self, codes=self.codes[rows])
        return replace(self, ranks=self.ranks[rows])


@dataclass(frozen=True)
class Skill:
    """How well levels foretell an answer.

    Attributes:
        value: 0 for guessing, 1 for certainty: of right answers or, if that is more,
            of right answers with every class counting alike; R² of ranks for amounts.
        error: Its standard error.
    """

    value: float
    error: float

    @property
    def low(self) -> float:
        """What is not luck."""
        return self.value - 3 * self.error


NOTHING = Skill(0.0, 1.0)


def foretold(levels: NDArray[np.int64], answer: Answer) -> Skill:
    """Return how well levels foretell the answer in rows they were not learned from.

    Args:
        levels: `(rows,)` int64 level of each row, counted from 0.
        answer: What is foretold.
    """
    known = answer.known
    levels = levels[known]
    if len(levels) < 2 * FOLDS:
        return NOTHING
    # The fold must not go with the order of the rows.
    fold = np.random.default_rng(0).permutation(len(levels)) % FOLDS
    if answer.of_classes:
        return _classes(levels, answer.codes[known], len(answer.classes), fold)
    return _amount(levels, answer.ranks[known], fold)


def _classes(
    levels: NDArray[np.int64],
    codes: NDArray[np.int64],
    num_classes: int,
    fold: NDArray[np.int64],
) -> Skill:
    levels = _merged(levels, MOST_CELLS // (FOLDS * num_classes))
    num_levels = int(levels.max()) + 1
    cells = (fold * num_levels + levels) * num_classes + codes
    counts = np.bincount(cells, minlength=FOLDS * num_levels * num_classes)
    counts = counts.reshape(FOLDS, num_levels, num_classes)
    total = counts.sum(0)
    class_rows = total.sum(0)
    present = class_rows > 0
    at = np.arange(num_levels)
    right, right_by_class = 0, np.zeros(num_classes)
    for held in counts:
        others = total - held
        overall = others.sum(0)
        unseen = others.sum(1) == 0
        said = np.where(unseen, overall.argmax(), others.argmax(1))
        right += int(held[at, said].sum())
        fair = (others / np.maximum(overall, 1)).argmax(1)
        np.add.at(right_by_class, fair, np.where(unseen, 0, held[at, fair]))
    num = len(levels)
    base = class_rows.max() / num
    plain_error = _errors(np.array([float(right)]), np.array([num]))[0]
    plain = _skill(right / num, base, float(plain_error))
    recall = right_by_class[present] / class_rows[present]
    errors = _errors(right_by_class[present], class_rows[present])
    error = float(np.sqrt((errors**2).sum())) / len(recall)
    fair_skill = _skill(float(recall.mean()), 1 / len(recall), error)
    return max(plain, fair_skill, key=lambda skill: skill.low)


def _errors(right: NDArray[np.float64], num: NDArray[np.int64]) -> NDArray[np.float64]:
    # Two rows are added, one of each kind: no rows at all would else be certain.
    share = (right + 1) / (num + 2)
    errors: NDArray[np.float64] = np.sqrt(share * (1 - share) / (num + 2))
    return errors


def _skill(share: float, base: float, error: float) -> Skill:
    if base >= 1:
        return NOTHING
    return Skill(float((share - base) / (1 - base)), float(error / (1 - base)))


def _amount(
    levels: NDArray[np.int64], ranks: NDArray[np.float64], fold: NDArray[np.int64]
) -> Skill:
    num_levels = int(levels.max()) + 1
    cells = fold * num_levels + levels
    shape = (FOLDS, num_levels)
    rows = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)
    sums = np.bincount(cells, ranks, shape[0] * shape[1]).reshape(shape)
    mean = ranks.mean()
    # One row of the mean is added to each level: those met once answer the mean.
    others = (sums.sum(0) - sums + mean) / (rows.sum(0) - rows + 1)
    left = (ranks - others[fold, levels]) ** 2
    spread = float(((ranks - mean) ** 2).sum())
    if spread == 0:
        return NOTHING
    error = float(left.std() * np.sqrt(len(ranks)) / spread)
    return Skill(1 - float(left.sum()) / spread, error)


def fixed_share(levels: NDArray[np.int64], answer: Answer) -> float:
    """Return the share of rows whose level has one class only, and not by chance.

    Args:
        levels: `(rows,)` int64 level of each row.
        answer: Classes; amounts give 0.
    """
    if not answer.of_classes:
        return 0.0
    known = answer.known
    levels, codes = _merged(levels[known], 20_000), answer.codes[known]
    num_classes = len(answer.classes)
    num_levels = int(levels.max(initial=0)) + 1
    counts = np.bincount(
        levels * num_classes + codes, minlength=num_levels * num_classes
    )
    counts = counts.reshape(num_levels, num_classes)
    rows, top = counts.sum(1), counts.argmax(1)
    base = (counts.sum(0) / max(len(levels), 1))[top]
    with np.errstate(divide="ignore"):
        chance = num_levels * np.exp(rows * np.log(np.maximum(base, 1e-12)))
    pure = counts.max(1) >= PURE * rows
    fixed = pure & (rows >= MET) & (base <= COMMON) & (chance < 1e-6)
    return float(rows[fixed].sum() / max(len(levels), 1))


def _merged(levels: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Return levels counted anew, the rarest of them as one where there are many.

    A level met once foretells nothing, so nothing is lost by merging those.
    """
    rows = np.bincount(levels)
    often = np.flatnonzero(rows >= 2)
    if len(often) > most:
        often = np.sort(often[np.argsort(-rows[often], kind="stable")[:most]])
    place = np.full(len(rows), len(often), np.int64)
    place[often] = np.arange(len(often))
    return place[levels]
