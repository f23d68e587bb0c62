"""What a kind of synthetic data is: how rows come about, and what can be known of them.

A model draws labels and evidence, so that Bayes' rule gives the probability of each
class and, from it, the best answer. What the picture shows can be read from it without
error; whatever uncertainty there is lies between the evidence and the label. So the
best possible accuracy of any network on picture and metadata is the model's: it is
computed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Part = Literal["train", "val", "test"]
PARTS: tuple[Part, ...] = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class Draw:
    """Rows drawn from a model.

    Attributes:
        metadata: Cells by column, each `(rows,)`; NaN is an empty cell.
        scene: What each row's picture shows, `(rows, …)`: the input of `Model.paint`.
        label: Index of the class, `(rows,)`, int.
        posterior: Probability of each class given the picture and the metadata,
            `(rows, classes)`, float64.
    """

    metadata: dict[str, NDArray[Any]]
    scene: NDArray[Any]
    label: NDArray[np.int64]
    posterior: NDArray[np.float64]

    @property
    def oracle(self) -> NDArray[np.int64]:
        """Index of the best possible answer, `(rows,)`."""
        return np.asarray(self.posterior.argmax(axis=1), np.int64)


class Model(ABC):
    """A generative model; its parameters are the fields of a frozen dataclass.

    Attributes:
        classes: Names of the classes, as in the column `label`.
        mirrors: Whether metadata and label are still true of a mirrored picture.
    """

    classes: ClassVar[tuple[str, ...]]
    mirrors: ClassVar[bool] = True

    @abstractmethod
    def draw(self, rng: np.random.Generator, rows: int, part: Part) -> Draw:
        """Draw rows of a part; all parts but those of `shortcut` are drawn alike."""

    @abstractmethod
    def best(self, part: Part) -> float:
        """Return the expected accuracy of the best possible answer on a part."""

    @abstractmethod
    def paint(
        self, scene: Any, size: int, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Return one row's picture, `(size, size)`, 0 black to 1 white."""


def noisy(classes: int, truth: float) -> NDArray[np.float64]:
    """Return p(label | shown class): `truth` if they agree, the rest shared evenly."""
    table = np.full((classes, classes), (1 - truth) / (classes - 1))
    np.fill_diagonal(table, truth)
    return table


def choose(
    rng: np.random.Generator, probability: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Draw an index for each row of `(rows, levels)` probabilities."""
    below = probability.cumsum(axis=1)[:, :-1] < rng.random((len(probability), 1))
    return np.asarray(below.sum(axis=1), np.int64)
