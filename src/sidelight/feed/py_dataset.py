"""Batches for any Keras backend."""

from __future__ import annotations

from typing import Any

import keras

from sidelight.feed._source import Source, order_of_epoch


class SourceDataset(keras.utils.PyDataset):  # type: ignore[misc]
    """A source cut into batches, in the same order as `tf_dataset` gives them.

    Args:
        source: Rows to batch.
        batch_size: Rows in a batch.
        shuffle: Whether every epoch has its own order.
        seed: Seed of the order.
        first_epoch: Number of the first epoch.
    """

    def __init__(
        self,
        source: Source,
        *,
        batch_size: int,
        shuffle: bool = False,
        seed: int = 0,
        first_epoch: int = 0,
    ) -> None:
        super().__init__()
        self.source, self.batch_size = source, batch_size
        self.shuffle, self.seed, self.epoch = shuffle, seed, first_epoch
        self.order = order_of_epoch(
            len(source), shuffle=shuffle, seed=seed, epoch=first_epoch
        )

    def __len__(self) -> int:
        """Return the number of batches."""
        return -(-len(self.source) // self.batch_size)

    def __getitem__(self, index: int) -> Any:
        """Return one batch; only inputs where there is no target."""
        start = index * self.batch_size
        batch = self.source.gather(self.order[start : start + self.batch_size])
        return batch if len(batch) > 1 else batch[0]

    def on_epoch_end(self) -> None:
        """Take the order of the next epoch."""
        self.epoch += 1
        self.order = order_of_epoch(
            len(self.source), shuffle=self.shuffle, seed=self.seed, epoch=self.epoch
        )
