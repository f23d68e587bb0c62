"""The contract of a head."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import keras

from sidelight.errors import ConfigError

Mode = Literal["min", "max"]


@dataclass(frozen=True)
class Head:
    """What a task adds behind the features.

    Attributes:
        activation: Keras name of the function from logits to answers. It also makes
            answers of a linear combination of several networks' log-answers.
        make_loss: Returns a fresh Keras loss on the answers, given the label smoothing.
        make_focal: The same for the focal loss, given gamma and the label smoothing;
            None where there is none.
        metrics: Returns fresh Keras metrics, or their names.
        monitor: The validation figure that is watched while training.
        mode: Whether the watched figure should fall ("min") or rise ("max").
        from_logits: Returns the layer from logits to so many answers, where it is more
            than the activation; it then takes a single logit.
    """

    activation: str
    make_loss: Callable[[float], Any]
    metrics: Callable[[], list[Any]]
    monitor: str
    mode: Mode
    make_focal: Callable[[float, float], Any] | None = None
    from_logits: Callable[[int], Any] | None = None

    def num_logits(self, num_outputs: int) -> int:
        """Return how many logits so many answers are made of."""
        return num_outputs if self.from_logits is None else 1

    def answer(self, logits: Any, num_outputs: int) -> Any:
        """Return the answers `(batch, num_outputs)` to symbolic logits.

        They stay float32 under mixed precision: losses and thresholds need it.
        """
        if self.from_logits is not None:
            return self.from_logits(num_outputs)(logits)
        make = keras.layers.Activation
        return make(self.activation, dtype="float32", name="answer")(logits)

    def loss(
        self, kind: Literal["default", "focal"], *, smoothing: float, gamma: float
    ) -> Any:
        """Return a fresh loss.

        Args:
            kind: The task's own, or the focal one.
            smoothing: Part of the probability that a class target gives away.
            gamma: How much less a sure answer weighs in the focal loss.

        Raises:
            ConfigError: If the task has no focal loss.
        """
        if kind == "default":
            return self.make_loss(smoothing)
        if self.make_focal is None:
            problem = "a focal loss is for classes and labels, not for numbers"
            raise ConfigError(problem, fix="Leave --loss focal (loss='focal') out.")
        return self.make_focal(gamma, smoothing)
