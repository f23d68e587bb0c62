"""Many levels in a small table: two hashed rows for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from sidelight.nn.layers._seen import seen

# The largest prime whose square is below 2^31: no product overflows an int32, so the
# hash is the same on every backend.
PRIME = 46337
# h(x) = (a (x mod p) + c (x div p) + b) mod p mod rows. Drawn once at random; for 1,000
# to 100,000 levels fewer than one level in 100 shares both of its rows with another.
SALTS = ((25817, 1583, 30363), (6175, 16207, 38587))


@keras.saving.register_keras_serializable(package="sidelight")
class HashedRows(keras.layers.Layer):
    """The sum of the two rows that two hashes of an index point to.

    Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009, arXiv
    0902.2206; with two hashes, Svenstrup et al., "Hash Embeddings for Efficient Word
    Representations", 2017, arXiv 1709.03933, without the importance weights.

    Args:
        rows: Rows of the table; at most 46,337.
        units: Width of a row.
        unseen: Indices that give zeros: those that no training row has.

    Input shape:
        `(batch, 1)` int32, not negative

    Output shape:
        `(batch, units)` float
    """

    def __init__(
        self, rows: int, units: int, unseen: Sequence[int] = (), **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.rows, self.units, self.unseen = rows, units, list(unseen)

    def build(self, input_shape: Any) -> None:
        """Create the table."""
        del input_shape
        self.table = self.add_weight(
            shape=(self.rows, self.units),
            initializer=keras.initializers.RandomUniform(-0.05, 0.05),
            name="table",
        )

    def call(self, indices: Any) -> Any:
        """Return the summed rows."""
        index = indices[:, 0]
        first, second = (ops.take(self.table, h, axis=0) for h in self.hashes(index))
        return (first + second) * seen(index, self.unseen, self.compute_dtype)

    def hashes(self, index: Any) -> list[Any]:
        """Return two rows' positions for each index, int32 like the index."""
        low, high = index % PRIME, index // PRIME
        return [
            ((a * low) % PRIME + (c * high) % PRIME + b) % PRIME % self.rows
            for a, c, b in SALTS
        ]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return one row's width."""
        return (input_shape[0], self.units)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        config = {"rows": self.rows, "units": self.units, "unseen": self.unseen}
        return {**super().get_config(), **config}
