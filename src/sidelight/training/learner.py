"""What is fitted: the network, with random changes before it, or its tail alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras

from sidelight.feed import Source
from sidelight.nn import BackboneLayers, split
from sidelight.runs import default_cache
from sidelight.training._config import TrainConfig
from sidelight.training.features import with_features


@contextmanager
def learning(
    network: keras.Model,
    parts: list[Source],
    config: TrainConfig,
    backbone: BackboneLayers,
    augment: keras.Model | None,
    *,
    verbose: bool = True,
) -> Iterator[tuple[keras.Model, list[Source]]]:
    """Make the model to fit and the rows that it takes.

    Where the backbone is frozen and nothing changes the pictures, that is the network
    behind the backbone, on maps that are computed once; the same weights are trained.

    Args:
        network: The network whose weights are to be trained.
        parts: Rows to learn from, and rows to watch.
        config: Whether the backbone is frozen, and its maps used again.
        backbone: Which layers are the backbone's.
        augment: A model that changes inputs at random.
        verbose: Whether progress is shown.

    Yields:
        The model and the rows; for the time of the training.
    """
    if backbone.boundary is None or not _can_reuse(config, augment):
        yield _learner(network, augment), parts
        return
    front, tail = split(network, backbone.boundary)
    folder = default_cache() / "features"
    with with_features(front, parts, folder, verbose=verbose) as rows:
        yield _learner(tail, augment), rows


def _can_reuse(config: TrainConfig, augment: keras.Model | None) -> bool:
    changed = augment is not None and "image" in augment.input
    return config.backbone == "frozen" and config.reuse_features and not changed


def _learner(network: keras.Model, augment: keras.Model | None) -> keras.Model:
    """Return a model that shares the network's weights and changes its inputs.

    It is another model even where nothing is changed: an optimiser would be saved with
    the network otherwise.
    """
    if augment is None:
        return keras.Model(network.input, network.output, name="learner")
    inputs = {
        name: keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=name)
        for name, tensor in network.input.items()
    }
    changed = augment({name: inputs[name] for name in augment.input})
    return keras.Model(inputs, network({**inputs, **changed}), name="learner")
