"""Arrays, packed pictures and a split in; batches out.

The same rows in the same order for every Keras backend: `batches` gives a
`tf.data.Dataset` on TensorFlow and a `keras.utils.PyDataset` elsewhere.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import keras

from sidelight.feed._source import Source
from sidelight.feed.py_dataset import SourceDataset

if TYPE_CHECKING:
    from sidelight.feed._attach import attach, keys_of
    from sidelight.feed.tf_data import tf_dataset

__all__ = ["Source", "attach", "batches", "keys_of", "tf_dataset"]


def batches(
    source: Source,
    *,
    batch_size: int,
    shuffle: bool = False,
    seed: int = 0,
    first_epoch: int = 0,
) -> Any:
    """Return batches of a source, as the running backend likes them best.

    Args:
        source: Rows to batch.
        batch_size: Rows in a batch; the last one may be smaller.
        shuffle: Whether every epoch has its own order, given by the seed.
        seed: Seed of the order.
        first_epoch: Number of the first epoch, where a training goes on.
    """
    tensorflow = keras.backend.backend() == "tensorflow"
    make = __getattr__("tf_dataset") if tensorflow else SourceDataset
    return make(
        source,
        batch_size=batch_size,
        shuffle=shuffle,
        seed=seed,
        first_epoch=first_epoch,
    )


def __getattr__(name: str) -> Any:
    """Load what needs TensorFlow only when it is asked for."""
    homes = {"attach": "_attach", "keys_of": "_attach", "tf_dataset": "tf_data"}
    if name not in homes:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(importlib.import_module(f"sidelight.feed.{homes[name]}"), name)
