"""Join a table's metadata to a data set that somebody else made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from sidelight.errors import ConfigError, TableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class Matching:
    """How many elements of a joined data set had no row in the table.

    It counts while the data set is iterated over.
    """

    def __init__(self) -> None:
        self._counter = tf.Variable(0, dtype=tf.int64, trainable=False)

    @property
    def unmatched(self) -> int:
        """Elements left out so far because no row of the table has their key."""
        return int(self._counter.numpy())

    def count(self, known: tf.Tensor) -> None:
        """Add one where an element is not known."""
        self._counter.assign_add(tf.cast(~known, tf.int64))


def attach(
    dataset: tf.data.Dataset,
    meta: dict[str, NDArray[Any]],
    keys: Sequence[Any],
    *,
    key: str,
) -> tf.data.Dataset:
    """Join encoded metadata to the elements of an unbatched data set.

    Elements are `(key, image, label)`, or dictionaries with "image", "label" and the
    key under the name `key`, as TFDS gives them.

    Args:
        dataset: The elements.
        meta: Encoded metadata by input name, each `(rows, …)`.
        keys: The key of each row: all strings or all integers.
        key: Name of the key, in the table and in dictionary elements.

    Returns:
        Unbatched elements `({"image", "numeric", …}, label)`. Elements without a row
        are left out; the data set's `matching.unmatched` counts them in passing.

    Raises:
        TableError: If two rows have one key.
        ConfigError: If the elements have another structure, or keys of another type.
    """
    _require_unique(keys, key)
    parts = _parts_of(dataset.element_spec, key)
    wanted = _key_type(dataset.element_spec, parts, key)
    table = _lookup(keys, wanted, key)
    blocks = {name: tf.constant(block) for name, block in meta.items()}
    matching = Matching()

    def find(*element: Any) -> Any:
        identity, image, label = parts(element)
        return table.lookup(tf.cast(identity, wanted)), image, label

    def is_known(row: tf.Tensor, _image: Any, _label: Any) -> tf.Tensor:
        known = row >= 0
        matching.count(known)
        return known

    def join(row: tf.Tensor, image: Any, label: Any) -> Any:
        rows = {name: tf.gather(block, row) for name, block in blocks.items()}
        return {"image": image, **rows}, label

    joined = dataset.map(find).filter(is_known).map(join)
    joined.matching = matching
    return joined


def keys_of(dataset: tf.data.Dataset, key: str) -> list[Any]:
    """Return the keys of all elements of an unbatched data set, in one pass over it."""
    parts = _parts_of(dataset.element_spec, key)
    found = dataset.map(lambda *element: parts(element)[0]).as_numpy_iterator()
    return [k.decode() if isinstance(k, bytes) else int(k) for k in found]


def _require_unique(keys: Sequence[Any], key: str) -> None:
    distinct, counts = np.unique(np.asarray(keys), return_counts=True)
    if (counts > 1).any():
        twice = distinct[counts > 1].tolist()
        problem = f"{len(twice)} keys stand in more than one row, such as {twice[0]!r}"
        raise TableError(problem, column=key, fix="A key must name one row.")


def _parts_of(spec: Any, key: str) -> Any:
    """Return a function from an element to its key, image and label."""
    if isinstance(spec, dict):
        absent = [name for name in (key, "image", "label") if name not in spec]
        if absent:
            problem = f"the elements have no {absent[0]!r}; they have {sorted(spec)}"
            raise ConfigError(problem, fix="Rename it with dataset.map first.")
        return lambda element: (
            element[0][key],
            element[0]["image"],
            element[0]["label"],
        )
    if isinstance(spec, tuple) and len(spec) == 3:
        return lambda element: element
    problem = "the elements are neither (key, image, label) nor dictionaries"
    raise ConfigError(problem, fix="Bring them into that form with dataset.map.")


def _key_type(spec: Any, parts: Any, key: str) -> tf.DType:
    identity = parts((spec,) if isinstance(spec, dict) else spec)[0]
    if identity.shape.rank != 0:
        problem = f"the key {key!r} is not one value an element"
        raise ConfigError(problem, fix="Take the data set before it is batched.")
    return tf.int64 if identity.dtype.is_integer else tf.string


def _lookup(
    keys: Sequence[Any], wanted: tf.DType, key: str
) -> tf.lookup.StaticHashTable:
    try:
        values = (
            np.asarray(keys).astype(np.int64)
            if wanted == tf.int64
            else np.asarray([str(k) for k in keys])
        )
    except ValueError as error:
        problem = "the data set's keys are integers and the table's are not"
        raise ConfigError(problem, column=key) from error
    rows = tf.range(len(values), dtype=tf.int64)
    initializer = tf.lookup.KeyValueTensorInitializer(tf.constant(values), rows)
    return tf.lookup.StaticHashTable(initializer, default_value=-1)
