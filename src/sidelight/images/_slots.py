"""In which slots of a pack the pictures of each row are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sidelight.table import Pictures

# What a row without a picture names: one black picture, packed like any other.
NO_FILE = ""


def slots_of(
    images: Pictures, index: pl.DataFrame
) -> tuple[NDArray[np.int64], NDArray[np.float32] | None]:
    """Return the slots of every row's pictures, and which of them are there.

    Args:
        images: The pictures, all of them packed.
        index: `path` and `slot` of what is packed; with `NO_FILE`, if a row has none.

    Returns:
        As `Pack.slots` and `Pack.there`: `(rows,)` and None of one picture a row,
        `(rows, pictures)` of several.
    """
    columns = [_look_up(texts, index) for texts in images.slots]
    if len(columns) == 1:
        slots = columns[0]
        slots[slots < 0] = _look_up(pl.Series([NO_FILE]), index)
        return slots, None
    slots = np.stack(columns, axis=1)
    there = slots >= 0
    return _filled(slots, there, index), there.astype(np.float32)


def _look_up(texts: pl.Series, index: pl.DataFrame) -> NDArray[np.int64]:
    """Return `(rows,)` int64, −1 for what is not packed."""
    named = texts.alias("path").to_frame()
    found = named.join(index.select("path", "slot"), on="path", how="left",
                       maintain_order="left")  # fmt: skip
    return found["slot"].fill_null(-1).cast(pl.Int64).to_numpy().copy()


def _filled(
    slots: NDArray[np.int64], there: NDArray[np.bool_], index: pl.DataFrame
) -> NDArray[np.int64]:
    """Return the slots with a row's own pictures in turn where one is absent."""
    num_rows, width = slots.shape
    count = there.sum(axis=1, keepdims=True)
    first_there = np.argsort(~there, axis=1, kind="stable")
    turn = np.arange(width) % np.maximum(count, 1)
    own = np.take_along_axis(slots, np.take_along_axis(first_there, turn, 1), 1)
    filled = np.where(there, slots, own)
    if num_rows and not count.all():
        filled[count[:, 0] == 0] = _look_up(pl.Series([NO_FILE]), index)
    return filled
