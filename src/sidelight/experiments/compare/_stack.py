"""The answers of two arms, combined after training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sidelight.evaluation import row_scores
from sidelight.experiments._pool import cross_fitted, pool, pool_weights
from sidelight.experiments.compare._arms import STACK
from sidelight.experiments.compare._scores import Scores
from sidelight.experiments.compare._unit import Unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.schema import Task


def add_stack(scores: Scores, arms: Sequence[str]) -> str:
    """Combine the best arm with the one that it gains most from.

    Both are chosen by validation rows. The second best often knows what the best one
    knows; one that is worse, and knows something else, adds more.

    Args:
        scores: Those of all arms; the stack's answers are added to their units.
        arms: Which may be combined.

    Returns:
        Which two were; empty if there are no two.
    """
    ranked = sorted(arms, key=lambda n: scores.mean(n, "val"), reverse=True)
    if len(ranked) < 2:
        return ""
    first, *others = ranked
    second = max(others, key=lambda other: _promise(scores, first, other))
    task = scores.folds[0].preprocessor.known_target.task
    finished = scores.units.finished
    for fold, seeds in scores.blocks(first, second).items():
        truth = scores.truth(fold, "val")
        for seed in seeds:
            pair = finished[first, fold, seed], finished[second, fold, seed]
            finished[STACK, fold, seed] = stack_units(*pair, truth, task)
    return f"of {first} and {second}"


def _promise(scores: Scores, first: str, second: str) -> float:
    """Return what two arms together score on validation rows.

    One seed of each fold tells it: with many classes weights take seconds to fit.
    """
    task = scores.folds[0].preprocessor.known_target.task
    truths, figures = [], []
    for fold, (seed, *_) in scores.blocks(first, second).items():
        truth = scores.truth(fold, "val")
        pair = (scores.units.finished[name, fold, seed] for name in (first, second))
        figures.append(cross_fitted([u.figures["val"] for u in pair], truth, task))
        truths.append(truth)
    together = np.concatenate(truths), np.concatenate(figures)
    return float(row_scores(scores.metric, *together).mean())


def stack_units(first: Unit, second: Unit, truth: NDArray[Any], task: Task) -> Unit:
    """Combine two arms of the same fold and seed.

    Two weights are fitted to the validation rows; these rows themselves are answered
    with the weights of the other half of them.

    Args:
        first: Answers of one arm.
        second: Answers of another.
        truth: What the validation rows are scored against.
        task: What is answered.
    """
    val = [unit.figures["val"] for unit in (first, second)]
    test = [unit.figures["test"] for unit in (first, second)]
    figures = {
        "val": cross_fitted(val, truth, task),
        "test": pool(test, pool_weights(val, truth, task), task),
    }
    return Unit(
        STACK,
        first.fold,
        first.seed,
        figures=figures,
        parameters=first.parameters + second.parameters,
        ms_per_row=first.ms_per_row + second.ms_per_row,
    )
