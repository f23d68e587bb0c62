"""Metadata that says which of several shapes in the picture counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from sidelight.datasets._synthetic._glyphs import scatter
from sidelight.datasets._synthetic._model import Draw, Model, Part, choose, noisy
from sidelight.registry import SYNTHETIC

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPES = ("flat", "upright", "square")
SIDE = 3  # shapes in a row and in a column
MIDDLES = [
    ((column + 0.5) / SIDE, (row + 0.5) / SIDE)
    for row in range(SIDE)
    for column in range(SIDE)
]
PLACES = [f"{'ABC'[index // SIDE]}{index % SIDE + 1}" for index in range(SIDE**2)]
RADIUS = 0.12


@SYNTHETIC.register(
    "where", summary="the metadata says which of several shapes in the picture counts"
)
@dataclass(frozen=True)
class Where(Model):
    """Nine shapes, three by three; the label depends on one of them.

        a_1 … a_9 ~ uniform {flat bar, upright bar, square}, independent
        place b ~ uniform {A1, A2, …, C3}: row A to C from the top, column 1 to 3
        p(y | a, b) = truth if y = a_b, else (1 - truth) / 2

    The place alone says nothing. Best answer: a_b. Best accuracy: truth. A mirrored
    picture has other places: training must not mirror it.

    Attributes:
        truth: Probability that the label is that of the shape that counts.
    """

    truth: float = 0.9
    classes: ClassVar[tuple[str, ...]] = ("A", "B", "C")
    mirrors: ClassVar[bool] = False

    def draw(self, rng: np.random.Generator, rows: int, part: Part) -> Draw:
        """Draw rows; every part alike."""
        del part
        shapes = rng.integers(3, size=(rows, len(PLACES)))
        place = rng.integers(len(PLACES), size=rows)
        posterior = noisy(3, self.truth)[shapes[np.arange(rows), place]]
        label = choose(rng, posterior)
        return Draw({"place": np.array(PLACES)[place]}, shapes, label, posterior)

    def best(self, part: Part) -> float:
        """Return the best possible accuracy."""
        del part
        return self.truth

    def paint(
        self, scene: Any, size: int, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Return a picture of the nine shapes."""
        return scatter([SHAPES[shape] for shape in scene], MIDDLES, RADIUS, size, rng)
