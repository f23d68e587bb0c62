"""Simple shapes with soft edges, each a little different in place, size and tone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float64]

JITTER = 0.08  # largest displacement from the middle, in parts of the picture's side
GROWTH = 0.12  # largest relative change of size
GROUND, INK = (0.1, 0.3), (0.7, 0.9)  # tones, 0 black to 1 white
GRAIN = 0.03  # deviation of the noise of a pixel


def _box(x: Plane, y: Plane, width: float, height: float) -> Plane:
    return np.maximum(np.abs(x) - width, np.abs(y) - height)


def _cross(x: Plane, y: Plane) -> Plane:
    return np.minimum(_box(x, y, 1.0, 0.3), _box(x, y, 0.3, 1.0))


def _ring(x: Plane, y: Plane) -> Plane:
    return np.abs(np.hypot(x, y) - 0.75) - 0.25


# Distance to the edge of each shape, in radii, negative inside.
SHAPES: dict[str, Callable[[Plane, Plane], Plane]] = {
    "disc": lambda x, y: np.hypot(x, y) - 1,
    "square": lambda x, y: _box(x, y, 0.9, 0.9),
    "cross": _cross,
    "ring": _ring,
    "flat": lambda x, y: _box(x, y, 1.0, 0.3),
    "upright": lambda x, y: _box(x, y, 0.3, 1.0),
}


def mask(shape: str, size: int, x: float, y: float, radius: float) -> Plane:
    """Return how much of each pixel a shape covers.

    Args:
        shape: One of `SHAPES`.
        size: Pixels a side.
        x: Its middle from the left, in parts of the side.
        y: Its middle from the top, in parts of the side.
        radius: Half its width, in parts of the side.

    Returns:
        `(size, size)`, 0 to 1, about linear over the one pixel at the edge.
    """
    grid = (np.arange(size) + 0.5) / size
    across, down = np.meshgrid((grid - x) / radius, (grid - y) / radius)
    distance: Plane = SHAPES[shape](across, down) * radius * size
    covered: Plane = np.clip(0.5 - distance, 0.0, 1.0)
    return covered


def scatter(
    shapes: list[str],
    middles: list[tuple[float, float]],
    radius: float,
    size: int,
    rng: np.random.Generator,
) -> Plane:
    """Return a picture of shapes, each displaced and resized at random.

    Args:
        shapes: Names of shapes.
        middles: Where they are, unless displaced, in parts of the side.
        radius: Half their width, likewise.
        size: Pixels a side.
        rng: Draws tones, displacements, sizes and grain.
    """
    ground, ink = rng.uniform(*GROUND), rng.uniform(*INK)
    reach = JITTER / len(shapes) ** 0.5
    covered: Plane = np.zeros((size, size))
    for shape, (x, y) in zip(shapes, middles, strict=True):
        dx, dy = rng.uniform(-reach, reach, 2)
        grown = radius * rng.uniform(1 - GROWTH, 1 + GROWTH)
        covered = np.maximum(covered, mask(shape, size, x + dx, y + dy, grown))
    clean = ground + (ink - ground) * covered
    return clean + rng.normal(0.0, GRAIN, (size, size))


def one_shape(shape: str, size: int, rng: np.random.Generator) -> Plane:
    """Return a picture of one shape near its middle."""
    return scatter([shape], [(0.5, 0.5)], 0.28, size, rng)
