"""Any number of labels, each there or not."""

from __future__ import annotations

import keras

from sidelight.nn.heads._base import Head
from sidelight.nn.heads._focal import yes_or_no_focal
from sidelight.registry import HEADS

MULTILABEL = HEADS.register(
    "multilabel",
    summary="any number of labels; a logit each, sigmoid, binary cross-entropy",
)(
    Head(
        activation="sigmoid",
        # A mean over labels: the learning rate need not know how many there are.
        make_loss=lambda smoothing: keras.losses.BinaryCrossentropy(
            label_smoothing=smoothing
        ),
        make_focal=yes_or_no_focal,
        metrics=lambda: [keras.metrics.BinaryAccuracy(name="accuracy")],
        # Where most labels are absent, accuracy rises by saying no to everything.
        monitor="val_loss",
        mode="min",
    )
)
