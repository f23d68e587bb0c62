"""Metadata that turns the meaning of the picture around."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from sidelight.datasets._synthetic._glyphs import one_shape
from sidelight.datasets._synthetic._model import Draw, Model, Part, choose, noisy
from sidelight.registry import SYNTHETIC

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPES = ("flat", "upright")
POLARITIES = ("direct", "inverse")


@SYNTHETIC.register("interacting", summary="the metadata flips what the picture means")
@dataclass(frozen=True)
class Interacting(Model):
    """The label is the exclusive or of two coins, one in the picture, one beside it.

        bar a ~ uniform {flat 0, upright 1},  polarity b ~ uniform {direct 0, inverse 1}
        p(y | a, b) = truth if y = (a + b) mod 2, else 1 - truth

    Picture or metadata alone say nothing: p(y | a) = p(y | b) = 1/2. Best answer:
    (a + b) mod 2. Best accuracy: truth.

    Attributes:
        truth: Probability that the label is what picture and polarity say.
    """

    truth: float = 0.9
    classes: ClassVar[tuple[str, ...]] = ("A", "B")

    def draw(self, rng: np.random.Generator, rows: int, part: Part) -> Draw:
        """Draw rows; every part alike."""
        del part
        shape, polarity = rng.integers(2, size=(2, rows))
        posterior = noisy(2, self.truth)[shape ^ polarity]
        label = choose(rng, posterior)
        metadata = {"polarity": np.array(POLARITIES)[polarity]}
        return Draw(metadata, shape, label, posterior)

    def best(self, part: Part) -> float:
        """Return the best possible accuracy."""
        del part
        return self.truth

    def paint(
        self, scene: Any, size: int, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Return a picture of the bar."""
        return one_shape(SHAPES[scene], size, rng)
