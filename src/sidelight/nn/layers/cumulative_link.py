"""One score and rising thresholds: probabilities of ordered classes."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="sidelight")
class CumulativeLink(keras.layers.Layer):
    """`P(class <= k) = sigmoid(theta_k - score)`, with `theta_1 < theta_2 < …`.

    The proportional-odds model of McCullagh 1980, "Regression models for ordinal
    data", doi 10.1111/j.2517-6161.1980.tb01109.x. `theta_1` is free and each later
    threshold is the one before plus `softplus(gap)`, so that they cannot cross. They
    begin twice as far out as where a score of zero would prefer no class: so every
    class is the likeliest for some score. The probability between two thresholds,
    `sigmoid(a) - sigmoid(b)`, is computed as
    `sigmoid(a) sigmoid(-b) (1 - exp(b - a))`, which does not cancel far from both.

    Args:
        num_classes: Ordered classes, at least two.

    Input shape:
        `(batch, 1)`

    Output shape:
        `(batch, num_classes)`, each row summing to one.
    """

    def __init__(self, num_classes: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.num_classes = num_classes

    def build(self, input_shape: Any) -> None:
        """Place the thresholds so that each class is the likeliest for some score."""
        del input_shape
        share = np.arange(1, self.num_classes) / self.num_classes
        wide = 2 * np.log(share / (1 - share))
        gaps = np.log(np.expm1(np.diff(wide)))  # the inverse of softplus
        self.first = self.add_weight(
            shape=(1,), initializer=_as_given(wide[:1]), name="first_threshold"
        )
        self.gaps = (
            self.add_weight(
                shape=(self.num_classes - 2,), initializer=_as_given(gaps), name="gaps"
            )
            if self.num_classes > 2
            else None
        )

    @property
    def thresholds(self) -> Any:
        """The `num_classes - 1` thresholds, rising."""
        if self.gaps is None:
            return self.first
        steps = ops.cumsum(ops.softplus(self.gaps))
        return ops.concatenate([self.first, self.first + steps])

    def call(self, score: Any) -> Any:
        """Return the probabilities."""
        below = self.thresholds - score  # (batch, classes - 1)
        # Of every class but the first and last: upper end a, lower end b, a > b.
        upper, lower = below[:, 1:], below[:, :-1]
        logs = [ops.log_sigmoid(below[:, :1]), ops.log_sigmoid(-below[:, -1:])]
        if self.num_classes > 2:
            # From the gaps themselves: thresholds far from zero, or a far score, would
            # round a narrow one to nothing, whose logarithm has no gradient.
            between = ops.log(-ops.expm1(-ops.softplus(self.gaps)))
            middle = ops.log_sigmoid(upper) + ops.log_sigmoid(-lower) + between
            logs.insert(1, middle)
        return ops.exp(ops.concatenate(logs, axis=-1))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return `(batch, num_classes)`."""
        return (input_shape[0], self.num_classes)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "num_classes": self.num_classes}


def _as_given(values: Any) -> Any:
    def initializer(shape: Any, dtype: Any = None) -> Any:
        return ops.reshape(ops.convert_to_tensor(values, dtype), shape)

    return initializer
