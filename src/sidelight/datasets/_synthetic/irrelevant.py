"""Metadata that has nothing to do with the picture or the label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from sidelight.datasets._synthetic._glyphs import one_shape
from sidelight.datasets._synthetic._model import Draw, Model, Part, choose, noisy
from sidelight.registry import SYNTHETIC

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHAPES = ("disc", "square", "cross")
WORDS = ("ash", "birch", "cedar", "elm")


@SYNTHETIC.register(
    "irrelevant", summary="the metadata is noise: what does reading it cost?"
)
@dataclass(frozen=True)
class Irrelevant(Model):
    """The label depends on the shape alone.

        a ~ uniform {disc, square, cross}
        p(y | a) = truth if y = a, else (1 - truth) / 2
        noise_1 … noise_n ~ N(0, 1),  word ~ uniform, independent of all else

    Best answer: a. Best accuracy: truth.

    Attributes:
        truth: Probability that the label is the shape's.
        columns: Number of numeric columns of noise.
    """

    truth: float = 0.85
    columns: int = 8
    classes: ClassVar[tuple[str, ...]] = ("A", "B", "C")

    def draw(self, rng: np.random.Generator, rows: int, part: Part) -> Draw:
        """Draw rows; every part alike."""
        del part
        shape = rng.integers(3, size=rows)
        posterior = noisy(3, self.truth)[shape]
        label = choose(rng, posterior)
        noise = rng.normal(size=(self.columns, rows)).round(4)
        metadata: dict[str, Any] = {
            f"noise_{number}": cells for number, cells in enumerate(noise, 1)
        }
        metadata["word"] = np.array(WORDS)[rng.integers(len(WORDS), size=rows)]
        return Draw(metadata, shape, label, posterior)

    def best(self, part: Part) -> float:
        """Return the best possible accuracy."""
        del part
        return self.truth

    def paint(
        self, scene: Any, size: int, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Return a picture of the shape."""
        return one_shape(SHAPES[scene], size, rng)
