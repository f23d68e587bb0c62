"""The optimiser, and a learning rate that comes to rest at the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from sidelight.training._config import TrainConfig

# Biases and normalisation: decay would only pull them off their scale.
NOT_DECAYED = ("bias", "gamma", "beta")


@keras.saving.register_keras_serializable(package="sidelight")
class LayerwiseAdamW(keras.optimizers.Adam):
    """AdamW in which some variables move at a fraction of the learning rate.

    The fraction scales the decay too, so a variable at a tenth of the rate is pulled
    towards zero a tenth as fast. Biases, gammas and betas are not decayed.

    Args:
        learning_rate: A number or a schedule.
        decay: Decoupled weight decay, relative to the rate.
        fractions: The fraction of a variable, by its path; 1 for the others.
        **kwargs: As for Adam.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        *,
        decay: float = 0.0,
        fractions: Mapping[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate, **kwargs)
        self.decay, self.fractions = decay, dict(fractions or {})
        self._rates: list[tuple[float, float]] = []

    def build(self, variables: Any) -> None:
        """Look up the fraction and the decay of every variable."""
        super().build(variables)
        self._rates = [
            (
                self.fractions.get(variable.path, 1.0),
                0.0 if variable.name in NOT_DECAYED else self.decay,
            )
            for variable in variables
        ]

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Move one variable."""
        fraction, decay = self._rates[self._get_variable_index(variable)]
        rate = ops.cast(learning_rate, variable.dtype) * fraction
        if decay:
            self.assign_sub(variable, variable * (rate * decay))
        super().update_step(gradient, variable, rate)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the optimiser."""
        config = {"decay": self.decay, "fractions": self.fractions}
        return {**super().get_config(), **config}


@keras.saving.register_keras_serializable(package="sidelight")
class Continued(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule from a later step on, for an optimiser that starts there.

    Args:
        schedule: The whole schedule.
        done: Steps that are over.
    """

    def __init__(self, schedule: Any, done: int) -> None:
        super().__init__()
        self.schedule, self.done = schedule, done

    def __call__(self, step: Any) -> Any:
        """Return the rate at a step of this optimiser."""
        return self.schedule(step + self.done)

    def get_config(self) -> dict[str, Any]:
        """Return what rebuilds the schedule."""
        return {
            "schedule": keras.saving.serialize_keras_object(self.schedule),
            "done": self.done,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Continued:
        """Return the schedule that `get_config` described."""
        schedule = keras.saving.deserialize_keras_object(config["schedule"])
        return cls(schedule, config["done"])


def build_optimizer(
    config: TrainConfig,
    total_steps: int,
    *,
    done: int = 0,
    fractions: Mapping[str, float] | None = None,
) -> keras.Optimizer:
    """Return AdamW with a linear warm-up and a cosine fall to zero.

    Args:
        config: Rate, decay and warm-up.
        total_steps: Steps of the whole training.
        done: Steps of it that are over.
        fractions: What the rate is multiplied by for some variables, by path.
    """
    rate = _schedule(config, total_steps)
    return LayerwiseAdamW(
        Continued(rate, done) if done else rate,
        decay=config.weight_decay,
        fractions=fractions,
        global_clipnorm=config.clip_norm or None,
    )


def _schedule(config: TrainConfig, total_steps: int) -> Any:
    warmup_steps = min(int(total_steps * config.warmup), total_steps - 1)
    if not warmup_steps:
        return keras.optimizers.schedules.CosineDecay(
            config.learning_rate, max(1, total_steps)
        )
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=config.learning_rate / 100,
        decay_steps=max(1, total_steps - warmup_steps),
        warmup_target=config.learning_rate,
        warmup_steps=warmup_steps,
    )
