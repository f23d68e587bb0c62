"""What a training costs before its first step."""

import keras
import numpy as np

from sidelight import testing
from sidelight.feed import Source
from sidelight.nn import build
from sidelight.registry import HEADS
from sidelight.training import Override, TrainConfig, train


def test_a_step_is_traced_once():
    traced = []

    def loss(target, answer):
        traced.append(target.shape)
        return keras.losses.sparse_categorical_crossentropy(target, answer)

    spec = testing.tiny_spec("metadata")
    network = build(spec)
    inputs = testing.random_inputs(spec, batch=12)
    wanted = {name: inputs[name] for name in network.input}
    rows = Source(wanted, target=np.arange(12) % spec.num_outputs)
    train(
        network,
        rows,
        rows,
        HEADS.get("multiclass").obj,
        TrainConfig(epochs=2, batch_size=6),
        override=Override(loss=loss),
        verbose=False,
    )
    assert len(traced) == 2  # a step of training, and one of validation
