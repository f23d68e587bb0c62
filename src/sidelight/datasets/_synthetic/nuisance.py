"""A sensor that hides the class, and metadata that says how the sensor was set."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from sidelight.datasets._synthetic._model import Draw, Model, Part
from sidelight.registry import SYNTHETIC

if TYPE_CHECKING:
    from numpy.typing import NDArray

GRAIN = 0.02  # deviation of the noise of a pixel


@SYNTHETIC.register(
    "nuisance", summary="the sensor's recorded gain and haze hide the class"
)
@dataclass(frozen=True)
class Nuisance(Model):
    """High variability within a class, all of it explained by the metadata.

        y ~ uniform {dark, medium, bright}
        reflectance r | y ~ N(level_y, spread^2)
        gain g ~ uniform gains,  haze h ~ uniform hazes
        mean of the pixels m = h + (1 - h) g r

    The grain of the pixels has no mean, so r = (m - h) / ((1 - h) g) is known where
    gain and haze are. p(y | m, g, h) is proportional to
    exp(-(r - level_y)^2 / 2 spread^2): the nearest level is answered. With K levels,
    `step` apart, the best accuracy is 1 - 2 (K - 1) / K Phi(-step / (2 spread)).

    Attributes:
        levels: Mean reflectance of each class, evenly spaced.
        spread: Deviation of the reflectance within a class.
        gains: Lowest and highest gain.
        hazes: Lowest and highest haze, as a part of the light.
    """

    levels: tuple[float, ...] = (0.3, 0.5, 0.7)
    spread: float = 0.065
    gains: tuple[float, float] = (0.4, 0.95)
    hazes: tuple[float, float] = (0.1, 0.5)
    classes: ClassVar[tuple[str, ...]] = ("dark", "medium", "bright")

    def draw(self, rng: np.random.Generator, rows: int, part: Part) -> Draw:
        """Draw rows; every part alike."""
        del part
        levels = np.array(self.levels)
        label = rng.integers(len(levels), size=rows)
        reflectance = rng.normal(levels[label], self.spread)
        gain = rng.uniform(*self.gains, size=rows).round(4)
        haze = rng.uniform(*self.hazes, size=rows).round(4)
        seen = haze + (1 - haze) * gain * reflectance
        distance = (reflectance[:, None] - levels) / self.spread
        weight = np.exp(-(distance**2) / 2)
        posterior = weight / weight.sum(axis=1, keepdims=True)
        return Draw({"gain": gain, "haze": haze}, seen, label, posterior)

    def best(self, part: Part) -> float:
        """Return the best possible accuracy."""
        del part
        count, step = len(self.levels), self.levels[1] - self.levels[0]
        beyond = NormalDist().cdf(-step / (2 * self.spread))
        return 1 - 2 * (count - 1) / count * beyond

    def paint(
        self, scene: Any, size: int, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Return a grainy field whose mean is what the sensor saw."""
        grain = rng.normal(0.0, GRAIN, (size, size))
        return np.asarray(scene + grain - grain.mean(), np.float64)
