"""Several pictures of a row as rows of their own, and back."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class FoldPictures(keras.layers.Layer):
    """Fold the pictures of a row into the batch, so that one backbone reads them all.

    A row's pictures stay next to one another.

    Input shape:
        `(batch, pictures, …)`, all but the batch fixed.

    Output shape:
        `(batch * pictures, …)`
    """

    def call(self, pictures: Any) -> Any:
        """Return one row for each picture."""
        return ops.reshape(pictures, (-1, *pictures.shape[2:]))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape without the axis of pictures."""
        batch, pictures, *rest = input_shape
        return (None if batch is None else batch * pictures, *rest)


@keras.saving.register_keras_serializable(package="sidelight")
class UnfoldPictures(keras.layers.Layer):
    """Bring what was made of each picture back to the row that it belongs to.

    Args:
        pictures: Pictures of a row.

    Input shape:
        `(batch * pictures, …)`

    Output shape:
        `(batch, pictures, …)`
    """

    def __init__(self, pictures: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pictures = pictures

    def call(self, folded: Any) -> Any:
        """Return one row again for its pictures."""
        return ops.reshape(folded, (-1, self.pictures, *folded.shape[1:]))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape with an axis of pictures."""
        folded, *rest = input_shape
        batch = None if folded is None else folded // self.pictures
        return (batch, self.pictures, *rest)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "pictures": self.pictures}


@keras.saving.register_keras_serializable(package="sidelight")
class RepeatRows(keras.layers.Layer):
    """Repeat what is known about a row for each of its pictures.

    Args:
        pictures: Pictures of a row.

    Input shape:
        `(batch, features)`

    Output shape:
        `(batch * pictures, features)`, in the order of `FoldPictures`.
    """

    def __init__(self, pictures: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pictures = pictures

    def call(self, rows: Any) -> Any:
        """Return every row as often as it has pictures."""
        return ops.repeat(rows, self.pictures, axis=0)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape with as many times the rows."""
        batch, *rest = input_shape
        return (None if batch is None else batch * self.pictures, *rest)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "pictures": self.pictures}
