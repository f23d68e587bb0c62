"""Batches as a `tf.data.Dataset`: whole batches picked by index from mapped memory."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from sidelight.feed._source import Source, order_of_epoch

if TYPE_CHECKING:
    from numpy.typing import NDArray

# What TensorFlow's kernels expect of a tensor's first byte; mappings begin at a page.
ALIGNMENT = 64


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

    TensorFlow reads the mapped pixels where they are and copies a batch once, outside
    of Python's lock.

    Args:
        source: Rows to batch.
        batch_size: Rows in a batch; the last one may be smaller.
        shuffle: Whether every epoch has its own order.
        seed: Seed of the order.
        first_epoch: Number of the first epoch.
    """
    epochs = count(first_epoch)
    num_rows = len(source)
    num_batches = -(-num_rows // batch_size)

    def next_order() -> NDArray[np.int64]:
        return order_of_epoch(num_rows, shuffle=shuffle, seed=seed, epoch=next(epochs))

    def cut(order: tf.Tensor) -> tf.data.Dataset:
        starts = tf.data.Dataset.range(0, num_rows, batch_size)
        return starts.map(lambda start: order[start : start + batch_size])

    # Not `from_generator`: on Python 3.11 and later it has the C library give every
    # block of more than 128 KB back at once, for the whole process. A step on a CPU
    # then spends half its time on getting the same memory again.
    order = tf.data.Dataset.range(1).map(
        lambda _: tf.ensure_shape(
            tf.numpy_function(next_order, [], tf.int64), (num_rows,)
        )
    )
    # Two at a time, in order: one batch is copied while another waits for the disk.
    batched = order.flat_map(cut).map(_picker(source), num_parallel_calls=2)
    known = batched.apply(tf.data.experimental.assert_cardinality(num_batches))
    return known.prefetch(2).with_options(_unrewritten())


def _unrewritten() -> tf.data.Options:
    """Return options that keep tf.data from rewriting the graph.

    For that it would read all pixels into memory, and there is nothing to gain here.
    """
    options = tf.data.Options()
    options.experimental_optimization.apply_default_optimizations = False
    return options


def _picker(source: Source) -> Any:
    """Return the graph's version of `source.gather`."""
    # Left to itself TensorFlow would put them on a GPU, and batches would come back.
    with tf.device("cpu"):
        blocks = {name: _in_place(block) for name, block in source.meta.items()}
        answers = [tf.constant(part) for part in source.answers()]
        if source.pack is not None:
            pixels = _in_place(source.pack.pixels)
            slots = tf.constant(source.pack.slots)
            if source.pack.there is not None:
                blocks["pictures"] = tf.constant(source.pack.there)

    def pick(positions: tf.Tensor) -> Any:
        inputs = {name: tf.gather(block, positions) for name, block in blocks.items()}
        if source.pack is not None:
            inputs[source.pack_input] = tf.gather(pixels, tf.gather(slots, positions))
        rest = [tf.gather(part, positions) for part in answers]
        return (inputs, *rest) if rest else inputs

    return pick


class _Window:
    """An array's memory, said to be writable: DLPack refuses what is not.

    TensorFlow never writes to a tensor that is captured, and the mapping is read only.
    """

    def __init__(self, array: NDArray[Any]) -> None:
        self.array = array  # keeps the mapping alive
        known = array.__array_interface__
        self.__array_interface__ = {**known, "data": (known["data"][0], False)}


def _in_place(array: NDArray[Any]) -> tf.Tensor:
    """Return a mapped array as a tensor over the same memory; others are copied."""
    if not isinstance(array, np.memmap) or array.ctypes.data % ALIGNMENT:
        return tf.constant(array)
    window = np.asarray(_Window(array))
    return tf.experimental.dlpack.from_dlpack(window.__dlpack__())
