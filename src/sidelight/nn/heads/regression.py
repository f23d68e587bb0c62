"""A number, or several."""

from __future__ import annotations

import keras

from sidelight.nn.heads._base import Head
from sidelight.registry import HEADS

REGRESSION = HEADS.register(
    "regression",
    summary="one number or several; linear, mean squared error, scaled targets",
)(
    Head(
        activation="linear",
        make_loss=lambda _smoothing: keras.losses.MeanSquaredError(),
        metrics=lambda: [keras.metrics.MeanAbsoluteError(name="mae")],
        monitor="val_loss",
        mode="min",
    )
)
