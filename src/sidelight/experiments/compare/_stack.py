"""The answers of two arms, combined after training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidelight.experiments._pool import cross_fitted, pool, pool_weights
from sidelight.experiments.compare._arms import STACK
from sidelight.experiments.compare._unit import Unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.schema import Task


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
