"""Metadata whose absence says as much as its value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from sidelight.datasets._synthetic._evidence import (
    accuracy_with_reading,
    accuracy_without_reading,
    two_columns,
)
from sidelight.datasets._synthetic._glyphs import one_shape
from sidelight.datasets._synthetic._model import Draw, Model, Part, choose, noisy
from sidelight.registry import SYNTHETIC

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPES = ("disc", "square")


@SYNTHETIC.register(
    "missing", summary="whether a cell is empty says as much as what is in it"
)
@dataclass(frozen=True)
class Missing(Model):
    """A reading that is rarely taken for A and often not for B.

        y ~ uniform {A, B}
        p(a | y) = agreement if a = y, else 1 - agreement,  a in disc, square
        p(reading is missing | y) = absence_y
        reading x | y ~ N(-distance, 1) for A, N(+distance, 1) for B, where it is there
        log odds of B = log p(a | B) / p(a | A) + log absence_B / absence_A, if missing
        log odds of B = log p(a | B) / p(a | A) + log (1 - absence_B) / (1 - absence_A)
                        + 2 distance x, if not

    The best accuracy sums over both cases; see `_evidence`.

    Attributes:
        agreement: Probability that the shape is the label's.
        absence: Probability that the reading is missing, for A and for B.
        distance: Mean of the reading for B, in its standard deviations.
    """

    agreement: float = 0.75
    absence: tuple[float, float] = (0.1, 0.6)
    distance: float = 0.7
    classes: ClassVar[tuple[str, ...]] = ("A", "B")

    @property
    def shown(self) -> NDArray[np.float64]:
        """p(shape | label), `(2, shapes)`."""
        return noisy(2, self.agreement)

    def draw(self, rng: np.random.Generator, rows: int, part: Part) -> Draw:
        """Draw rows; every part alike."""
        del part
        absence = np.array(self.absence)
        label = rng.integers(2, size=rows)
        shape = choose(rng, self.shown[label])
        mean = np.where(label == 1, self.distance, -self.distance)
        reading = rng.normal(mean).round(4)
        missing = rng.random(rows) < absence[label]
        log_absent, log_present = np.log(absence), np.log(1 - absence)
        beside = np.where(
            missing,
            log_absent[1] - log_absent[0],
            log_present[1] - log_present[0] + 2 * self.distance * reading,
        )
        first, second = self.shown[:, shape]
        posterior = two_columns(np.log(second / first) + beside)
        cells = np.where(missing, np.nan, reading)
        return Draw({"reading": cells}, shape, label, posterior)

    def best(self, part: Part) -> float:
        """Return the best possible accuracy."""
        del part
        absence = np.array(self.absence)[:, None]
        joint = self.shown / 2
        there = accuracy_with_reading(joint * (1 - absence), self.distance)
        return there + accuracy_without_reading(joint * absence)

    def paint(
        self, scene: Any, size: int, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Return a picture of the shape."""
        return one_shape(SHAPES[scene], size, rng)
