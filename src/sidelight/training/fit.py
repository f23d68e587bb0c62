"""The training of one network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from sidelight.errors import ConfigError
from sidelight.feed import Source, batches
from sidelight.nn import BackboneLayers
from sidelight.nn.heads import Head
from sidelight.training._config import TrainConfig
from sidelight.training.callbacks import (
    BestWeights,
    Checkpoint,
    MaxTime,
    NotANumber,
    Record,
)
from sidelight.training.features import FeatureStore
from sidelight.training.learner import learning
from sidelight.training.phases import (
    Phase,
    check_backbone,
    freeze,
    plan_phases,
    rate_fractions,
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
        callbacks: Called beside Sidelight's own; `on_train_begin` and `on_train_end`
            once in every phase of a gradual training.
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
    backbone: BackboneLayers | None = None,
    augment: keras.Model | None = None,
    checkpoint: Path | None = None,
    override: Override | None = None,
    features: FeatureStore | None = None,
    verbose: bool = True,
) -> Training:
    """Train a network in place.

    Args:
        network: From `nn.build`; holds no random layer but dropout.
        training: Rows to learn from.
        validation: Rows to watch.
        head: Loss, metrics and what is watched.
        config: Epochs, rates, when to stop.
        backbone: Which layers are the image network's; None leaves all alike.
        augment: A model that changes inputs at random, applied to each batch.
        checkpoint: Where the network is saved after every epoch.
        override: The user's own loss, metrics, optimizer or callbacks.
        features: Where a frozen backbone's maps are kept, to be shared with other
            trainings; None keeps them for this one only.
        verbose: Whether progress is shown on standard error.

    Returns:
        The history, and which weights were kept.

    Raises:
        ConfigError: If the loss stopped being a number, or random weights are to be
            frozen.
    """
    override = override or Override()
    backbone = backbone or BackboneLayers()
    check_backbone(config, backbone)
    parts = [part.only(network.input) for part in (training, validation)]
    bar = ProgressBar(config.epochs, -(-len(training) // config.batch_size))
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
        with learning(
            network, parts, config, backbone, augment, features, verbose=verbose
        ) as (learner, rows):
            fractions = rate_fractions(network, backbone, config)
            for phase in plan_phases(config, backbone):
                freeze(network, backbone, phase)
                optimizer = _optimizer(
                    config, override, len(training), phase, fractions
                )
                _compile(learner, head, config, override, optimizer)
                _make_variables(learner, rows[0])
                _fit(learner, rows, config, phase, callbacks)
                if learner.stop_training:
                    break
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


def _optimizer(
    config: TrainConfig,
    override: Override,
    num_rows: int,
    phase: Phase,
    fractions: dict[str, float],
) -> Any:
    """Return a fresh optimiser: one on JAX serves the variables of one phase only."""
    steps = -(-num_rows // config.batch_size)
    return _fresh(override.optimizer) or build_optimizer(
        config, steps * config.epochs, done=steps * phase.first, fractions=fractions
    )


def _fit(
    learner: keras.Model,
    parts: list[Source],
    config: TrainConfig,
    phase: Phase,
    callbacks: list[Any],
) -> None:
    training, validation = parts
    size = config.batch_size
    watched = max(256 // validation.pictures_a_row, size)  # rows at once
    learner.fit(
        batches(
            training,
            batch_size=size,
            shuffle=True,
            seed=config.seed,
            first_epoch=phase.first,
        ),
        validation_data=batches(validation, batch_size=watched),
        initial_epoch=phase.first,
        epochs=phase.end,
        callbacks=callbacks,
        shuffle=False,  # the feed has shuffled already
        verbose=0,
    )


def _compile(
    learner: keras.Model,
    head: Head,
    config: TrainConfig,
    override: Override,
    optimizer: Any,
) -> None:
    # XLA makes small convolutional networks slower on a CPU, and Keras asks for it
    # by default wherever TensorFlow sees a single device.
    jit = False if keras.backend.backend() == "tensorflow" else "auto"
    loss = _fresh(override.loss) or loss_of(head, config)
    metrics = [_fresh(metric) for metric in override.metrics or head.metrics()]
    learner.compile(
        optimizer=optimizer,
        loss=loss,
        weighted_metrics=[],
        metrics=metrics,
        jit_compile=jit,
    )


def _make_variables(learner: keras.Model, rows: Source) -> None:
    """Make the variables of optimizer and metrics.

    Keras makes them in the first step, and TensorFlow traces a step in which variables
    are made a second time: seconds, in which a small network could be trained.
    """
    learner.optimizer.build(learner.trainable_variables)
    answer = keras.ops.zeros((1, *learner.output.shape[1:]), learner.output.dtype)
    learner.compute_metrics(None, rows.answers()[0][:1], answer)
    learner.reset_metrics()


def loss_of(head: Head, config: TrainConfig) -> Any:
    """Return a fresh loss as the options want it.

    Raises:
        ConfigError: If the task has no such loss.
    """
    smoothing, gamma = config.label_smoothing, config.focal_gamma
    return head.loss(config.loss, smoothing=smoothing, gamma=gamma)


def _fresh(part: Any) -> Any:
    """Return a copy without state: an optimizer serves one network only."""
    if hasattr(part, "get_config") and hasattr(type(part), "from_config"):
        return type(part).from_config(part.get_config())
    return part
