"""Answers become scores: one number a row, so that arms can be compared in pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sidelight.evaluation import Interval, mean_interval, row_scores
from sidelight.experiments.compare._arms import IMAGE_ONLY
from sidelight.experiments.compare._units import Units
from sidelight.schema import Part
from sidelight.splits import SplitConfig, units_of
from sidelight.workflow import Prepared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Blocks = dict[int, tuple[int, ...]]  # fold → seeds


class Scores:
    """Scores of every arm, row by row.

    Args:
        units: Finished trainings.
        folds: The prepared folds.
        metric: What is compared; see `evaluation.row_scores`.
        split: Tells which rows belong together, and so are not independent.
    """

    def __init__(
        self, units: Units, folds: list[Prepared], metric: str, split: SplitConfig
    ) -> None:
        self.units, self.folds, self.metric = units, folds, metric
        table = folds[0].table
        self.unit_of_row = units_of(table, folds[0].split.method, split)

    def blocks(self, *arms: str) -> Blocks:
        """Return the folds and seeds on which all of some arms have answers."""
        done = [
            {
                (u.fold, u.seed)
                for u in self.units.finished.values()
                if u.arm == arm and not u.failed
            }
            for arm in arms
        ]
        found: Blocks = {}
        for fold, seed in sorted(set.intersection(*done)):
            found[fold] = (*found.get(fold, ()), seed)
        return _rectangle(found)

    def of(self, arm: str, part: Part = "test") -> Interval:
        """Return an arm's mean score with its interval."""
        blocks = self.blocks(arm)
        return self._interval(self.rows(arm, blocks, part), blocks, part)

    def mean(self, arm: str, part: Part) -> float:
        """Return an arm's mean score, as in `of`."""
        scores = self.rows(arm, self.blocks(arm), part)
        means = [of_seeds.mean(axis=0) for of_seeds in scores]
        return float(np.concatenate(means).mean())

    def difference(
        self, arm: str, other: str, keep: NDArray[np.bool_] | None = None
    ) -> Interval:
        """Return by how much an arm scores higher, paired by row, fold and seed.

        Args:
            arm: The one.
            other: The other.
            keep: `(rows of the table,)` rows that count; None counts all.
        """
        return self.differences(arm, other, [keep])[0]

    def differences(
        self, arm: str, other: str, keep: Sequence[NDArray[np.bool_] | None]
    ) -> list[Interval]:
        """Return the difference for each of several selections of rows.

        Args:
            arm: The one.
            other: The other.
            keep: Selections as for `difference`, each with a test row in it.
        """
        blocks = self.blocks(arm, other)
        first, second = (self.rows(name, blocks) for name in (arm, other))
        gaps = [a - b for a, b in zip(first, second, strict=True)]
        return [self._interval(gaps, blocks, "test", some) for some in keep]

    def floor(self) -> float:
        """Return the test score of the same answer for every row.

        That answer is how often each class occurs in training, or the mean of numbers.
        """
        truth, figures = [], []
        for fold in self.blocks(IMAGE_ONLY):
            expected = self.truth(fold, "test")
            same = self._usual_answer(fold)
            truth.append(expected)
            figures.append(np.broadcast_to(same, (len(expected), *np.shape(same))))
        scores = row_scores(self.metric, np.concatenate(truth), np.concatenate(figures))
        return float(scores.mean())

    def _usual_answer(self, fold: int) -> NDArray[np.float64]:
        truth = self.truth(fold, "train")
        num_classes = len(self.folds[fold].preprocessor.classes)
        if num_classes and truth.ndim == 1:
            return np.bincount(truth, minlength=num_classes) / len(truth)
        return np.asarray(truth.mean(axis=0), np.float64)

    def num_rows(self, arm: str) -> int:
        """Return the number of test rows that an arm answered."""
        return sum(
            len(self.folds[fold].split.indices("test")) for fold in self.blocks(arm)
        )

    def rows(
        self, arm: str, blocks: Blocks, part: Part = "test"
    ) -> list[NDArray[np.float64]]:
        """Return scores `(seeds, rows)` for each fold; their mean is the metric."""
        truth, figures, shapes = [], [], []
        for fold, seeds in blocks.items():
            expected = self.truth(fold, part)
            shapes.append((len(seeds), len(expected)))
            for seed in seeds:
                truth.append(expected)
                figures.append(self.units.finished[arm, fold, seed].figures[part])
        scores = row_scores(self.metric, np.concatenate(truth), np.concatenate(figures))
        ends = np.cumsum([rows * seeds for seeds, rows in shapes])[:-1]
        parts = np.split(scores, ends)
        return [p.reshape(shape) for p, shape in zip(parts, shapes, strict=True)]

    def truth(self, fold: int, part: Part) -> NDArray[Any]:
        """Return class indices or numbers `(rows,)` of a part of a fold."""
        return self.folds[fold].truth(part)

    def _interval(
        self,
        scores: list[NDArray[np.float64]],
        blocks: Blocks,
        part: Part,
        keep: NDArray[np.bool_] | None = None,
    ) -> Interval:
        rows = [self.folds[fold].split.indices(part) for fold in blocks]
        clusters = [self.unit_of_row[r] for r in rows]
        if keep is not None:
            kept = [keep[r] for r in rows]
            scores = [s[:, k] for s, k in zip(scores, kept, strict=True)]
            clusters = [c[k] for c, k in zip(clusters, kept, strict=True)]
            some = [i for i, c in enumerate(clusters) if len(c)]
            scores, clusters = [scores[i] for i in some], [clusters[i] for i in some]
        return mean_interval(scores, clusters)


def _rectangle(blocks: Blocks) -> Blocks:
    """Return as many of the blocks as have the same seeds in every fold.

    A budget may end within a fold; then either its seeds or the fold is left out,
    whatever loses less.
    """
    counts = {len(seeds) for seeds in blocks.values()}
    choices = [
        {fold: seeds[:n] for fold, seeds in blocks.items() if len(seeds) >= n}
        for n in sorted(counts)
    ]
    return max(choices, key=lambda c: sum(map(len, c.values())), default={})
