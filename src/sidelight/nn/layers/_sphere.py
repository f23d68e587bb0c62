"""Directions on the unit sphere, with gradients that stay finite at the poles."""

from __future__ import annotations

from typing import Any

from keras import ops

# Squared radius below which a longitude means nothing: some six metres from a pole.
NEAR_POLE = 1e-12


def split_point(xyz: Any) -> tuple[Any, Any, Any]:
    """Return x, y and z, each `(batch,)`, of points `(batch, 3)`."""
    return xyz[:, 0], xyz[:, 1], xyz[:, 2]


def horizontal(x: Any, y: Any) -> tuple[Any, Any, Any]:
    """Return the length of (x, y) and its direction `(x, y) / length`.

    At a pole, and where the point is missing, the direction is that of longitude 0.
    The three are `(batch,)`; nothing is divided by zero, in the gradient neither.
    """
    squared = x * x + y * y
    far = squared > NEAR_POLE
    length = ops.sqrt(ops.where(far, squared, 1.0))
    east = ops.where(far, x, 1.0) / length
    north = ops.where(far, y, 0.0) / length
    return ops.where(far, length, 0.0), east, north
