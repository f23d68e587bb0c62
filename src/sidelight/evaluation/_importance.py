"""What answers lose when one part of their input is another row's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Inputs = dict[str, NDArray[Any]]
# A part of the input: blocks, and which of their columns; None for all of a block.
Part = Sequence[tuple[str, slice | None]]


def permutation_importance(
    ask: Callable[[Inputs], NDArray[Any]],
    inputs: Inputs,
    parts: Mapping[str, Part],
    score: Callable[[NDArray[Any]], NDArray[np.float64]],
    *,
    repeats: int = 5,
    seed: int = 0,
    advance: Callable[[], object] = lambda: None,
) -> dict[str, NDArray[np.float64]]:
    """Return how much the score of each row falls when a part is shuffled.

    The part takes the values of other rows, all its columns together, so it keeps its
    distribution and loses its tie to the row (Breiman 2001; Fisher et al. 2019). Of
    parts that say the same, each may seem to matter little: the other is still there.

    Args:
        ask: Gives answers to inputs.
        inputs: `(rows, …)` by block.
        parts: By name.
        score: `(rows,)` scores of answers, higher is better.
        repeats: How often each is shuffled.
        seed: Of the shuffling.
        advance: Called after each.

    Returns:
        By part `(rows,)`: the row's score less its mean score after shuffling. The
        mean is the part's importance.
    """
    rng = np.random.default_rng(seed)
    whole = score(ask(inputs))
    found = {}
    for name, part in parts.items():
        fallen = np.zeros(len(whole))
        for _ in range(repeats):
            order = rng.permutation(len(whole))
            fallen += whole - score(ask(_shuffled(inputs, part, order)))
            advance()
        found[name] = fallen / repeats
    return found


def _shuffled(inputs: Inputs, part: Part, order: NDArray[np.intp]) -> Inputs:
    found = dict(inputs)
    for block, columns in part:
        if columns is None:
            found[block] = inputs[block][order]
        else:
            changed = found[block].copy()
            changed[:, columns] = inputs[block][order][:, columns]
            found[block] = changed
    return found
