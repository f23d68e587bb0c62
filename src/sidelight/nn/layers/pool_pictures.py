"""From the vectors of a row's pictures to one vector, whatever is masked left out."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


def shares(there: Any) -> Any:
    """Return `(batch, pictures)`, each picture's equal share of its row's total of one.

    A row without any picture counts all: what stands in for them is the same vector
    everywhere.

    Args:
        there: `(batch, pictures)`, one where there is a picture and zero elsewhere.
    """
    some = ops.any(there > 0, axis=1, keepdims=True)
    counted = ops.where(some, there, ops.ones_like(there))
    return counted / ops.sum(counted, axis=1, keepdims=True)


class PoolPictures(keras.layers.Layer):
    """Base of the layers that make one vector of those of a row's pictures."""

    def compute_output_shape(self, vectors_shape: Any, there_shape: Any) -> Any:
        """Return the shape of one vector a row."""
        del there_shape
        return (vectors_shape[0], vectors_shape[-1])


@keras.saving.register_keras_serializable(package="sidelight")
class MeanPictures(PoolPictures):
    """The mean over the pictures that are there.

    Call arguments:
        vectors: `(batch, pictures, features)`.
        there: `(batch, pictures)`, one where there is a picture and zero elsewhere.

    Output shape:
        `(batch, features)`
    """

    def call(self, vectors: Any, there: Any) -> Any:
        """Return the mean."""
        weights = ops.expand_dims(shares(there), -1)
        return ops.sum(ops.cast(weights, vectors.dtype) * vectors, axis=1)


@keras.saving.register_keras_serializable(package="sidelight")
class MaxPictures(PoolPictures):
    """The largest value of each feature among the pictures that are there.

    Call arguments:
        vectors: `(batch, pictures, features)`.
        there: `(batch, pictures)`, one where there is a picture and zero elsewhere.

    Output shape:
        `(batch, features)`
    """

    def call(self, vectors: Any, there: Any) -> Any:
        """Return the maximum."""
        counted = ops.expand_dims(shares(there) > 0, -1)
        # Half-precision's lowest number, so that no dtype overflows.
        return ops.max(ops.where(counted, vectors, -65504.0), axis=1)


@keras.saving.register_keras_serializable(package="sidelight")
class AttendPictures(PoolPictures):
    """A weighted mean; each picture's own vector says how much it counts.

    `sum_p a_p h_p` with `a = softmax_p(w · (tanh(V h_p) * sigmoid(U h_p)))`, over the
    pictures that are there. Departs from the paper: V and U have biases, and w starts
    at zero, so that a new network takes the plain mean.

    Reference:
        Ilse, Tomczak and Welling 2018, Attention-based Deep Multiple Instance Learning,
        arXiv 1802.04712 (gated attention).

    Args:
        units: Rows of V and U.

    Call arguments:
        vectors: `(batch, pictures, features)`.
        there: `(batch, pictures)`, one where there is a picture and zero elsewhere.

    Output shape:
        `(batch, features)`
    """

    def __init__(self, units: int = 64, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.content = keras.layers.Dense(units, activation="tanh", name="content")
        self.gate = keras.layers.Dense(units, activation="sigmoid", name="gate")
        self.score = keras.layers.Dense(
            1, use_bias=False, kernel_initializer="zeros", name="score"
        )

    def build(self, vectors_shape: Any, there_shape: Any) -> None:
        """Create V, U and w."""
        del there_shape
        self.content.build(vectors_shape)
        self.gate.build(vectors_shape)
        self.score.build((*vectors_shape[:-1], self.units))

    def call(self, vectors: Any, there: Any) -> Any:
        """Return the weighted mean."""
        scores = self.score(self.content(vectors) * self.gate(vectors))
        # In float32 whatever the policy: a softmax in half-precision loses pictures.
        scores = ops.cast(ops.squeeze(scores, -1), "float32")
        scores = ops.where(shares(there) > 0, scores, -1e9)
        weights = ops.expand_dims(ops.softmax(scores, axis=1), -1)
        return ops.sum(ops.cast(weights, vectors.dtype) * vectors, axis=1)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "units": self.units}
