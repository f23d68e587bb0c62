"""A number."""

from __future__ import annotations

import keras

from sidelight.nn.heads._base import Head
from sidelight.registry import HEADS

REGRESSION = HEADS.register(
    "regression", summary="a number; linear, mean squared error on the scaled target"
)(
    Head(
        activation="linear",
        make_loss=lambda _smoothing: keras.losses.MeanSquaredError(),
        metrics=lambda: [keras.metrics.MeanAbsoluteError(name="mae")],
        monitor="val_loss",
        mode="min",
    )
)
