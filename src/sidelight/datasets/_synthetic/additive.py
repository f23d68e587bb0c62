"""Picture and metadata each bear witness, independently of one another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from sidelight.datasets._synthetic._evidence import accuracy_with_reading, two_columns
from sidelight.datasets._synthetic._glyphs import one_shape
from sidelight.datasets._synthetic._model import Draw, Model, Part, choose
from sidelight.registry import SYNTHETIC

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPES = ("disc", "square", "cross", "ring")


@SYNTHETIC.register("additive", summary="picture and metadata add independent evidence")
@dataclass(frozen=True)
class Additive(Model):
    """Given the label, the shape and the reading are independent.

        y ~ uniform {A, B}
        p(a | A) = shares,  p(a | B) = shares reversed,  a in disc, square, cross, ring
        reading x | y ~ N(-distance, 1) for A, N(+distance, 1) for B
        log p(B | a, x) / p(A | a, x) = log p(a | B) / p(a | A) + 2 distance x

    The best accuracy is a sum of normal probabilities; see `accuracy_with_reading`.

    Attributes:
        shares: How often each shape is shown for A.
        distance: Mean of the reading for B, in its standard deviations.
    """

    shares: tuple[float, ...] = (0.5, 0.3, 0.15, 0.05)
    distance: float = 0.85
    classes: ClassVar[tuple[str, ...]] = ("A", "B")

    @property
    def shown(self) -> NDArray[np.float64]:
        """p(shape | label), `(2, shapes)`."""
        return np.array([self.shares, self.shares[::-1]])

    def draw(self, rng: np.random.Generator, rows: int, part: Part) -> Draw:
        """Draw rows; every part alike."""
        del part
        label = rng.integers(2, size=rows)
        shape = choose(rng, self.shown[label])
        mean = np.where(label == 1, self.distance, -self.distance)
        reading = rng.normal(mean).round(4)
        first, second = self.shown[:, shape]
        log_odds = np.log(second / first) + 2 * self.distance * reading
        return Draw({"reading": reading}, shape, label, two_columns(log_odds))

    def best(self, part: Part) -> float:
        """Return the best possible accuracy."""
        del part
        return accuracy_with_reading(self.shown / 2, self.distance)

    def paint(
        self, scene: Any, size: int, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Return a picture of the shape."""
        return one_shape(SHAPES[scene], size, rng)
