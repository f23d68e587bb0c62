"""Batches as a `tf.data.Dataset`: whole batches picked by index from mapped memory."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from sidelight.feed._source import Source, order_of_epoch

if TYPE_CHECKING:
    from numpy.typing import NDArray


def tf_dataset(
    source: Source,
    *,
    batch_size: int,
    shuffle: bool = False,
    seed: int = 0,
    first_epoch: int = 0,
) -> tf.data.Dataset:
    """Return batches of `(inputs, target)`; of inputs alone where there is no target.

    Each pass over the data set is one epoch. With `shuffle` an epoch's order is an
    exact permutation that depends on the seed and the number of the epoch only, so a
    training that starts again at epoch 5 sees what it would have seen.

    Args:
        source: Rows to batch.
        batch_size: Rows in a batch; the last one may be smaller.
        shuffle: Whether every epoch has its own order.
        seed: Seed of the order.
        first_epoch: Number of the first epoch.
    """
    epochs = count(first_epoch)
    example = _flat(source.gather(np.zeros(1, dtype=np.int64)))
    names = list(source.gather(np.zeros(1, dtype=np.int64))[0])
    num_batches = -(-len(source) // batch_size)

    def orders() -> Iterator[NDArray[np.int64]]:
        yield order_of_epoch(
            len(source), shuffle=shuffle, seed=seed, epoch=next(epochs)
        )

    def gather(positions: NDArray[np.int64]) -> list[NDArray[Any]]:
        return _flat(source.gather(positions))

    def pick(positions: tf.Tensor) -> Any:
        flat = tf.numpy_function(gather, [positions], [a.dtype for a in example])
        for tensor, array in zip(flat, example, strict=True):
            tensor.set_shape((None, *array.shape[1:]))
        inputs = dict(zip(names, flat, strict=False))
        rest = flat[len(names) :]
        return (inputs, *rest) if rest else inputs

    order = tf.data.Dataset.from_generator(
        orders, output_signature=tf.TensorSpec((len(source),), tf.int64)
    )
    batched = order.unbatch().batch(batch_size).map(pick, num_parallel_calls=1)
    known = batched.apply(tf.data.experimental.assert_cardinality(num_batches))
    return known.prefetch(2)


def _flat(batch: tuple[Any, ...]) -> list[NDArray[Any]]:
    return [*batch[0].values(), *batch[1:]]
