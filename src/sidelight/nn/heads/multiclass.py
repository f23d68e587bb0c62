"""One of three or more classes."""

from __future__ import annotations

import keras

from sidelight.nn.heads._base import Head
from sidelight.nn.losses import FocalCrossentropy, SmoothCrossentropy
from sidelight.registry import HEADS

MULTICLASS = HEADS.register(
    "multiclass", summary="three or more classes; softmax, cross-entropy"
)(
    Head(
        activation="softmax",
        make_loss=SmoothCrossentropy,
        make_focal=FocalCrossentropy,
        metrics=lambda: [keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
        monitor="val_accuracy",
        mode="max",
    )
)
