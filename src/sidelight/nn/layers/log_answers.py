"""Answers of a network on the scale where they add up."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

SMALLEST = 1e-7


@keras.saving.register_keras_serializable(package="sidelight")
class LogAnswers(keras.layers.Layer):
    """Logarithms of class probabilities, or log-odds of a single one.

    Args:
        odds: Whether the one answer is the probability of a yes.

    Input shape:
        `(batch, outputs)` in [0, 1].

    Output shape:
        `(batch, outputs)`
    """

    def __init__(self, odds: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.odds = odds

    def call(self, answers: Any) -> Any:
        """Return the logarithms; none is infinite."""
        answers = ops.clip(answers, SMALLEST, 1 - SMALLEST)
        logs = ops.log(answers)
        return logs - ops.log(1 - answers) if self.odds else logs

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the layer."""
        return {**super().get_config(), "odds": self.odds}
