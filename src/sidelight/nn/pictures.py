"""Several pictures of a row: one backbone for all of them, one vector for the row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sidelight.nn.layers import (
    AttendPictures,
    MaxPictures,
    MeanPictures,
    RepeatRows,
    UnfoldPictures,
)
from sidelight.nn.meta import Meta
from sidelight.schema import Pool

FOLD = "fold_pictures"  # the layer behind which every picture is a row
POOLS: dict[Pool, Any] = {
    "mean": MeanPictures,
    "max": MaxPictures,
    "attention": AttendPictures,
}


def for_each_picture(meta: Meta, pictures: int) -> Meta:
    """Return the metadata of a row once for each of its pictures.

    Args:
        meta: Of rows, `(batch, …)`.
        pictures: Pictures of a row.
    """
    if meta.vector is None:
        return meta
    repeat = RepeatRows(pictures, name="repeat_metadata")
    present = meta.present
    if present is not None:
        present = RepeatRows(pictures, name="repeat_present")(present)
    return replace(meta, vector=repeat(meta.vector), present=present)


def pooled(vector: Any, mask: Any, how: Pool) -> Any:
    """Return one vector a row.

    Args:
        vector: `(batch * pictures, features)`, of each picture.
        mask: `(batch, pictures)`, one where there is a picture and zero elsewhere.
        how: "mean", "max" or "attention".
    """
    vectors = UnfoldPictures(mask.shape[1], name="unfold_pictures")(vector)
    return POOLS[how](name="pool_pictures")(vectors, mask)
