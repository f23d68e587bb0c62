"""The training of one network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from sidelight.errors import ConfigError
from sidelight.feed import Source, batches
from sidelight.nn.heads import Head
from sidelight.training._config import TrainConfig
from sidelight.training.callbacks import (
    BestWeights,
    Checkpoint,
    MaxTime,
    NotANumber,
    Record,
)
from sidelight.training.progress import ProgressBar
from sidelight.training.schedule import build_optimizer


@dataclass(frozen=True)
class Training:
    """What happened.

    Attributes:
        history: One row of figures an epoch.
        best_epoch: The epoch with the best validation figure, counted from 1.
        kept: Whether the "last" or the "best" epoch's weights were kept.
        stopped: Why it ended before the last epoch; empty if it did not.
    """

    history: list[dict[str, float]]
    best_epoch: int | None
    kept: str
    stopped: str


@dataclass(frozen=True)
class Override:
    """What a user may put in place of the head's own choice.

    Attributes:
        loss: A Keras loss or its name.
        metrics: Keras metrics or their names.
        optimizer: A Keras optimizer, or a name; its own rate then holds.
        callbacks: Called beside Sidelight's own.
    """

    loss: Any = None
    metrics: Sequence[Any] | None = None
    optimizer: Any = None
    callbacks: Sequence[Any] = ()


def train(
    network: keras.Model,
    training: Source,
    validation: Source,
    head: Head,
    config: TrainConfig,
    *,
    augment: keras.Model | None = None,
    checkpoint: Path | None = None,
    override: Override | None = None,
    verbose: bool = True,
) -> Training:
    """Train a network in place.

    Args:
        network: From `nn.build`; holds no random layer but dropout.
        training: Rows to learn from.
        validation: Rows to watch.
        head: Loss, metrics and what is watched.
        config: Epochs, rates, when to stop.
        augment: A model that changes pictures at random, applied to each batch.
        checkpoint: Where the network is saved after every epoch.
        override: The user's own loss, metrics, optimizer or callbacks.
        verbose: Whether progress is shown on standard error.

    Returns:
        The history, and which weights were kept.

    Raises:
        ConfigError: If the loss stopped being a number.
    """
    override = override or Override()
    training, validation = (part.only(network.input) for part in (training, validation))
    steps = -(-len(training) // config.batch_size)
    learner = _with_augmentation(network, augment)
    _compile(learner, head, config, override, steps * config.epochs)
    bar = ProgressBar(config.epochs, steps)
    record = Record(bar.line if verbose else lambda _: None)
    best = BestWeights(network, head.monitor, head.mode, config.patience)
    clock = MaxTime(config.max_time or float("inf"))
    finite = NotANumber()
    callbacks = [best, finite, clock, record, *override.callbacks]
    if checkpoint is not None:
        callbacks.append(Checkpoint(network, checkpoint))
    if verbose:
        callbacks.insert(0, bar)
    try:
        learner.fit(
            batches(
                training, batch_size=config.batch_size, shuffle=True, seed=config.seed
            ),
            validation_data=batches(validation, batch_size=max(256, config.batch_size)),
            epochs=config.epochs,
            callbacks=callbacks,
            shuffle=False,  # the feed has shuffled already
            verbose=0,
        )
    finally:
        bar.close()
    if finite.stopped:
        problem = f"the loss is not a number after epoch {len(record.rows)}"
        raise ConfigError(
            problem,
            fix=f"Use a lower --learning-rate than {config.learning_rate:g}.",
        )
    stopped = "patience" if best.stopped else "max_time" if clock.stopped else ""
    kept = "best" if stopped and best.restore() else "last"
    best_epoch = None if best.epoch is None else best.epoch + 1
    return Training(record.rows, best_epoch, kept, stopped)


def _with_augmentation(
    network: keras.Model, augment: keras.Model | None
) -> keras.Model:
    """Return a model that shares the network's weights and changes its pictures."""
    if augment is None or "image" not in network.input:
        return network
    inputs = {
        name: keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=name)
        for name, tensor in network.input.items()
    }
    return keras.Model(
        inputs, network({**inputs, "image": augment(inputs["image"])}), name="learner"
    )


def _compile(
    learner: keras.Model,
    head: Head,
    config: TrainConfig,
    override: Override,
    total_steps: int,
) -> None:
    # XLA makes small convolutional networks slower on a CPU, and Keras asks for it
    # by default wherever TensorFlow sees a single device.
    jit = False if keras.backend.backend() == "tensorflow" else "auto"
    loss = _fresh(override.loss) or head.make_loss(config.label_smoothing)
    metrics = [_fresh(metric) for metric in override.metrics or head.metrics()]
    learner.compile(
        optimizer=_fresh(override.optimizer) or build_optimizer(config, total_steps),
        loss=loss,
        weighted_metrics=[],
        metrics=metrics,
        jit_compile=jit,
    )


def _fresh(part: Any) -> Any:
    """Return a copy without state: an optimizer serves one network only."""
    if hasattr(part, "get_config") and hasattr(type(part), "from_config"):
        return type(part).from_config(part.get_config())
    return part
