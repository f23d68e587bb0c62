"""One of two classes."""

from __future__ import annotations

import keras

from sidelight.nn.heads._base import Head
from sidelight.nn.heads._focal import yes_or_no_focal
from sidelight.registry import HEADS

BINARY = HEADS.register(
    "binary", summary="two classes; one logit, sigmoid, binary cross-entropy"
)(
    Head(
        activation="sigmoid",
        make_loss=lambda smoothing: keras.losses.BinaryCrossentropy(
            label_smoothing=smoothing
        ),
        make_focal=yes_or_no_focal,
        metrics=lambda: [keras.metrics.BinaryAccuracy(name="accuracy")],
        monitor="val_accuracy",
        mode="max",
    )
)
