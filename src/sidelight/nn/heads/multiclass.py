"""One of three or more classes."""

from __future__ import annotations

import keras
from keras import ops

from sidelight.nn.heads._base import Head
from sidelight.registry import HEADS


@keras.saving.register_keras_serializable(package="sidelight")
class SmoothCrossentropy(keras.losses.Loss):
    """Cross-entropy with integer targets and label smoothing.

    Keras smooths only one-hot targets. With smoothing `s` and K classes the target is
    `(1 - s) * one_hot + s / K`.

    Args:
        smoothing: Part of the probability spread evenly over all classes.
    """

    def __init__(self, smoothing: float = 0.0, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.smoothing = smoothing

    def call(self, y_true: object, y_pred: object) -> object:
        """Return `(batch,)` losses of integers `(batch,)` and answers `(batch, K)`."""
        loss = keras.losses.sparse_categorical_crossentropy(y_true, y_pred)
        if not self.smoothing:
            return loss
        log_answers = ops.log(ops.clip(y_pred, 1e-7, 1.0))
        even = -ops.mean(log_answers, axis=-1)
        return (1 - self.smoothing) * loss + self.smoothing * even

    def get_config(self) -> dict[str, object]:
        """Return what rebuilds the loss."""
        return {**super().get_config(), "smoothing": self.smoothing}


MULTICLASS = HEADS.register(
    "multiclass", summary="three or more classes; softmax, cross-entropy"
)(
    Head(
        activation="softmax",
        make_loss=SmoothCrossentropy,
        metrics=lambda: [keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
        monitor="val_accuracy",
        mode="max",
    )
)
