"""A network cut where it stops depending on the image alone."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from sidelight import testing
from sidelight.nn import assemble, split
from sidelight.registry import FUSIONS

# 32-pixel pictures: stages of 16, 8, 4 and 2 positions a side.
SIZE = {
    **dict.fromkeys(["attend", "dynamic", "spatial"], 4),
    **dict.fromkeys(["film", "excite"], 16),
    "channels": None,
    "condbn": None,
}


@pytest.mark.parametrize("name", [n for n in FUSIONS.names() if n != "metadata"])
def test_front_and_tail_give_the_networks_answers(name):
    spec = testing.tiny_spec(name)
    network, layers = assemble(spec)
    expected = SIZE.get(name, 2)
    if expected is None:
        assert layers.boundary is None
        return
    assert layers.boundary[1].shape[1] == expected
    front, tail = split(network, layers.boundary)
    inputs = testing.random_inputs(spec)
    rest = {k: v for k, v in inputs.items() if k in tail.input}
    features = np.asarray(front(inputs["image"]))
    answers = tail({"features": features, **rest})
    gap = np.abs(np.asarray(answers) - testing.answer(network, inputs)).max()
    assert gap <= 1e-6


def test_the_network_is_none_the_worse_for_it(tmp_path):
    spec = testing.tiny_spec("attend")
    network, layers = assemble(spec)
    inputs = testing.random_inputs(spec)
    before = testing.answer(network, inputs)
    split(network, layers.boundary)
    np.testing.assert_array_equal(testing.answer(network, inputs), before)
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras", compile=False)
    np.testing.assert_allclose(testing.answer(loaded, inputs), before, atol=1e-6)


def test_layers_are_shared():
    network, layers = assemble(testing.tiny_spec("daft"))
    front, tail = split(network, layers.boundary)
    theirs = {id(w) for w in network.weights}
    ours = {id(w) for w in [*front.weights, *tail.weights]}
    assert ours == theirs
    assert "logits/kernel" in [w.path for w in tail.weights]


def test_a_stand_in_for_the_image_comes_after_the_boundary():
    network, layers = assemble(testing.tiny_spec("concat", may_miss=True))
    front, _ = split(network, layers.boundary)
    assert not [n.name for n in front.layers if n.name.startswith("absent")]
