"""Metadata that gives the label away in training, and not where it is used."""

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
BATCHES = ("first", "second", "third")


@SYNTHETIC.register(
    "shortcut", summary="the metadata leaks the label in training, not in test"
)
@dataclass(frozen=True)
class Shortcut(Model):
    """Rows for training were collected class by class; later rows are not.

        a ~ uniform {disc, square, cross}
        p(y | a) = truth if y = a, else (1 - truth) / 2
        train, val:  p(batch b | y) = leak if b = y, else (1 - leak) / 2
        test:        b ~ uniform, independent of all else

    In train and val p(y | a, b) is proportional to p(y | a) p(b | y); in test it is
    p(y | a). Validation rows leak too, as they do where they were collected together.
    Best accuracy: truth on test; on the others, with p(a) = 1/3,
    the sum over a and b of the largest p(a) p(y | a) p(b | y).

    Attributes:
        truth: Probability that the label is the shape's.
        leak: Probability that the batch is the label's, in train and val.
    """

    truth: float = 0.85
    leak: float = 0.97
    classes: ClassVar[tuple[str, ...]] = ("A", "B", "C")

    def _told(self, part: Part) -> NDArray[np.float64]:
        """p(batch | label) of a part, `(3, 3)`."""
        return noisy(3, 1 / 3 if part == "test" else self.leak)

    def draw(self, rng: np.random.Generator, rows: int, part: Part) -> Draw:
        """Draw rows of a part."""
        shape = rng.integers(3, size=rows)
        from_shape = noisy(3, self.truth)[shape]
        label = choose(rng, from_shape)
        batch = choose(rng, self._told(part)[label])
        joint = from_shape * self._told(part)[:, batch].T
        posterior = joint / joint.sum(axis=1, keepdims=True)
        return Draw({"batch": np.array(BATCHES)[batch]}, shape, label, posterior)

    def best(self, part: Part) -> float:
        """Return the best possible accuracy on a part."""
        from_shape = noisy(3, self.truth) / 3
        joint = from_shape[:, :, None] * self._told(part)[None, :, :]
        return float(joint.max(axis=1).sum())

    def paint(
        self, scene: Any, size: int, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Return a picture of the shape."""
        return one_shape(SHAPES[scene], size, rng)
