"""One of several classes that have an order."""

from __future__ import annotations

import keras

from sidelight.nn.heads._base import Head
from sidelight.nn.layers import CumulativeLink
from sidelight.nn.losses import FocalCrossentropy
from sidelight.registry import HEADS

ORDINAL = HEADS.register(
    "ordinal",
    summary="ordered classes; one score, rising thresholds, cumulative logits",
    paper="McCullagh 1980, doi 10.1111/j.2517-6161.1980.tb01109.x",
)(
    Head(
        # Log-probabilities of several networks are combined as those of any classes.
        activation="softmax",
        from_logits=lambda num_classes: CumulativeLink(
            num_classes, dtype="float32", name="answer"
        ),
        make_loss=lambda smoothing: FocalCrossentropy(gamma=0.0, smoothing=smoothing),
        make_focal=FocalCrossentropy,
        metrics=lambda: [keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
        # A near miss is better than a far one, which accuracy does not see.
        monitor="val_loss",
        mode="min",
    )
)
