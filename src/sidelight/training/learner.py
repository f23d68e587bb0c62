"""What is fitted: the network, with random changes before it, or its tail alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import keras

from sidelight.feed import Source
from sidelight.nn import BackboneLayers, split
from sidelight.training._config import TrainConfig
from sidelight.training.features import FeatureStore


@contextmanager
def learning(
    network: keras.Model,
    parts: list[Source],
    config: TrainConfig,
    backbone: BackboneLayers,
    augment: keras.Model | None,
    features: FeatureStore | None,
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
        features: Where the maps are kept; None keeps them for this training only.
        verbose: Whether progress is shown.

    Yields:
        The model and the rows; for the time of the training.
    """
    if backbone.boundary is None or not can_reuse(config, augment):
        yield _learner(network, augment), parts
        return
    front, tail = split(network, backbone.boundary)
    with ExitStack() as stack:
        store = features or stack.enter_context(FeatureStore(verbose=verbose))
        rows = store.in_place_of_pictures(front, parts)
        yield _learner(tail, augment), rows


def can_reuse(config: TrainConfig, augment: keras.Model | None) -> bool:
    """Say whether a backbone's maps stay what they are for all epochs."""
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
