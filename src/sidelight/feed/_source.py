"""The rows of one part, ready to be picked by position."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.images import Pack


@dataclass(frozen=True, eq=False)
class Source:
    """Encoded metadata, pictures and targets of the same rows.

    Attributes:
        meta: Arrays by input name, each `(rows, …)`.
        pack: Packed pictures; None for a network without pictures.
        target: `(rows,)` targets, or `(rows, outputs)` of labels or several numbers;
            None where there is nothing to learn.
        weight: `(rows,)` float32 sample weights; None where all weigh the same.
        pack_input: The input that takes what is packed: "image", or "features" where
            a network's maps stand in for the pictures.
    """

    meta: dict[str, NDArray[Any]]
    pack: Pack | None = None
    target: NDArray[Any] | None = None
    weight: NDArray[np.float32] | None = None
    pack_input: str = "image"

    def __len__(self) -> int:
        """Return the number of rows."""
        if self.pack is not None:
            return len(self.pack)
        return len(next(iter(self.meta.values())))

    @property
    def pictures_a_row(self) -> int:
        """How many pictures a row takes to a batch; 1 without pictures too."""
        if self.pack is None or self.pack.slots.ndim == 1:
            return 1
        return int(self.pack.slots.shape[1])

    def only(self, names: Iterable[str]) -> Source:
        """Return the same rows with those inputs only that a network takes."""
        wanted = set(names)
        return replace(
            self,
            meta={name: block for name, block in self.meta.items() if name in wanted},
            pack=self.pack if self.pack_input in wanted else None,
        )

    def gather(self, positions: NDArray[np.int64]) -> tuple[Any, ...]:
        """Return the batch at these positions, as Keras takes it.

        Returns:
            `(inputs,)`, `(inputs, target)` or `(inputs, target, weight)`; inputs is a
            dictionary with "image" `(n, height, width, bands)` and the metadata. With
            several pictures a row, "image" is `(n, pictures, height, width, bands)` and
            "pictures" `(n, pictures)` says which of them are there.
        """
        inputs = {name: block[positions] for name, block in self.meta.items()}
        if self.pack is not None:
            inputs[self.pack_input] = self.pack.gather(positions)
            if self.pack.there is not None:
                inputs["pictures"] = self.pack.there[positions]
        return (inputs, *(part[positions] for part in self.answers()))

    def answers(self) -> list[NDArray[Any]]:
        """Return target and weights, as far as there are any."""
        if self.target is None:
            return []
        return [self.target] if self.weight is None else [self.target, self.weight]


def order_of_epoch(
    num_rows: int, *, shuffle: bool, seed: int, epoch: int
) -> NDArray[np.int64]:
    """Return the order of an epoch; it depends on the seed and the epoch only."""
    if not shuffle:
        return np.arange(num_rows)
    return np.random.default_rng((seed, epoch)).permutation(num_rows)
