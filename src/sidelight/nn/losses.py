"""Losses of class probabilities that Keras does not have for integer targets."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

SMALLEST = 1e-30  # probability whose logarithm is taken; float32 ends at 1e-38


@keras.saving.register_keras_serializable(package="sidelight")
class SmoothCrossentropy(keras.losses.Loss):
    """Cross-entropy with integer targets and label smoothing.

    Keras smooths only one-hot targets. With smoothing `s` and K classes the target is
    `t_k = (1 - s) [k = y] + s / K` (Szegedy et al. 2016, arXiv 1512.00567).

    Args:
        smoothing: Part of the probability spread evenly over all classes.
    """

    def __init__(self, smoothing: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.smoothing = smoothing

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return `(batch,)` losses of integers `(batch,)` and answers `(batch, K)`."""
        loss = keras.losses.sparse_categorical_crossentropy(y_true, y_pred)
        if not self.smoothing:
            return loss
        log_answers = ops.log(ops.clip(y_pred, 1e-7, 1.0))
        even = -ops.mean(log_answers, axis=-1)
        return (1 - self.smoothing) * loss + self.smoothing * even

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the loss."""
        return {**super().get_config(), "smoothing": self.smoothing}


@keras.saving.register_keras_serializable(package="sidelight")
class FocalCrossentropy(keras.losses.Loss):
    """Cross-entropy in which answers that are sure and right weigh little.

    `L = -sum_k t_k (1 - p_k)^gamma log p_k` with the smoothed target `t` of
    `SmoothCrossentropy`, after Lin et al. 2017, "Focal loss for dense object
    detection", arXiv 1708.02002; `gamma = 0` is the cross-entropy itself. Departs from
    the paper: several classes, and no `alpha`, for which there are class weights.

    Args:
        gamma: How much less a sure answer weighs.
        smoothing: Part of the probability spread evenly over all classes.
    """

    def __init__(
        self, gamma: float = 2.0, smoothing: float = 0.0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.gamma, self.smoothing = gamma, smoothing

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return `(batch,)` losses of integers `(batch,)` and answers `(batch, K)`."""
        num_classes = y_pred.shape[-1]
        codes = ops.cast(ops.reshape(y_true, (-1,)), "int32")
        target = ops.one_hot(codes, num_classes, dtype=y_pred.dtype)
        target = (1 - self.smoothing) * target + self.smoothing / num_classes
        terms = -target * ops.log(ops.clip(y_pred, SMALLEST, 1.0))
        if self.gamma:
            # A root of zero has no gradient; one ulp below one is still "sure".
            unsure = 1 - ops.clip(y_pred, 0.0, 1 - 1e-7)
            terms = terms * ops.power(unsure, self.gamma)
        return ops.sum(terms, axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the loss."""
        config = {"gamma": self.gamma, "smoothing": self.smoothing}
        return {**super().get_config(), **config}
