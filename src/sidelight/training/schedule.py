"""The optimiser, and a learning rate that comes to rest at the end."""

from __future__ import annotations

from typing import Any

import keras

from sidelight.training._config import TrainConfig


def build_optimizer(config: TrainConfig, total_steps: int) -> keras.Optimizer:
    """Return AdamW with a linear warm-up and a cosine fall to zero.

    Biases and normalisation are not decayed: it would only pull them off their scale.

    Args:
        config: Rate, decay and warm-up.
        total_steps: Steps of the whole training.
    """
    warmup_steps = min(int(total_steps * config.warmup), total_steps - 1)
    rate: Any = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=config.learning_rate / 100,
        decay_steps=max(1, total_steps - warmup_steps),
        warmup_target=config.learning_rate,
        warmup_steps=warmup_steps,
    )
    if not warmup_steps:
        rate = keras.optimizers.schedules.CosineDecay(
            config.learning_rate, max(1, total_steps)
        )
    optimizer = keras.optimizers.AdamW(
        rate,
        weight_decay=config.weight_decay,
        global_clipnorm=config.clip_norm or None,
    )
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer
