"""Answers to a row and its changes, as what each change did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelight.predictor import Signature
from sidelight.serve._explain import Change

METHOD = "occlusion"


def explained(
    signature: Signature,
    figures: NDArray[Any],
    changed: Sequence[Change],
    grid: tuple[int, int] | None,
    wanted: str | None,
) -> dict[str, Any]:
    """Return how one answer moves with each part of the picture and each value.

    Args:
        signature: The model's.
        figures: Answers to the row, to its changes, to its covered pictures.
        changed: What was replaced.
        grid: Rows and columns of covered parts.
        wanted: The class or target; None is the likeliest, or the first.
    """
    table = figures.reshape(len(figures), -1).astype(float)
    names = signature.names
    place = _place(signature, table[0], names, wanted)
    now, column = table[0, place], table[:, place]
    effects = [
        {
            "column": change.column,
            "value": change.value,
            "replaced_by": change.replaced_by,
            "without": float(without),
            "effect": float(now - without),
        }
        for change, without in zip(changed, column[1:], strict=False)
    ]
    heat = None
    if grid is not None:
        drop = now - column[1 + len(changed) :]
        heat = {
            "rows": grid[0],
            "columns": grid[1],
            "drop": drop.reshape(grid).tolist(),
        }
    what = "probability" if signature.classes else "prediction"
    return {
        "class": names[place] if signature.classes else None,
        "target": None if signature.classes else names[place],
        what: float(now),
        "heat": heat,
        "heat_method": METHOD,
        "effects": effects,
    }


def _place(
    signature: Signature,
    first: NDArray[Any],
    names: Sequence[str],
    wanted: str | None,
) -> int:
    if wanted is not None:
        return list(names).index(wanted)
    return int(np.argmax(first)) if signature.classes else 0
