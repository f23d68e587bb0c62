"""Every registered backbone and head is held to the same requirements."""

from __future__ import annotations

import pytest

from sidelight import testing
from sidelight.registry import BACKBONES
from tests.conformance.on_jax import on_jax

LIGHT = {"small", "efficientnet_lite0"}
CASES = [
    pytest.param(name, marks=() if name in LIGHT else pytest.mark.slow)
    for name in BACKBONES.names()
]


@pytest.mark.parametrize("name", CASES)
def test_backbone_meets_every_requirement(name):
    testing.check_backbone(name)


ON_JAX = """
import numpy as np
from sidelight import testing
from sidelight.feed import Source
from sidelight.images import Pack
from sidelight.pixels import ImageRule
from sidelight.nn import assemble
from sidelight.registry import HEADS
from sidelight.training import TrainConfig, train

spec = testing.tiny_spec("channels", backbone="efficientnet_lite0", weights="imagenet")
inputs = testing.random_inputs(spec, batch=12)
pixels = inputs.pop("image").astype("uint8")
pack = Pack(ImageRule(height=32, width=32, bands=3), pixels, np.arange(12))
rows = Source(inputs, pack=pack, target=np.arange(12) % 4)
for mode in ("frozen", "gradual"):
    network, backbone = assemble(spec)
    layers = {name: network.get_layer(name) for s in backbone.stages for name in s}
    before = {name: layer.get_weights() for name, layer in layers.items()}
    config = TrainConfig(backbone=mode, epochs=3, batch_size=6)
    head = HEADS.get("multiclass").obj
    train(network, rows, rows, head, config, backbone=backbone, verbose=False)
    same = all(
        np.array_equal(a, b)
        for name, layer in layers.items()
        for a, b in zip(before[name], layer.get_weights())
    )
    assert same == (mode == "frozen"), mode
    assert np.abs(network.get_layer("channels_stem").get_weights()[0]).max() > 0
    print("trained", mode)
"""


@pytest.mark.slow
def test_a_pretrained_backbone_is_frozen_and_opened_on_jax_without_tensorflow():
    printed = on_jax(ON_JAX, timeout=600)
    assert printed.count("trained") == 2


@pytest.mark.parametrize("name", BACKBONES.names())
def test_pretrained_is_a_capability(name):
    entry = BACKBONES.get(name)
    assert ("pretrained" in entry.capabilities) == entry.obj.pretrained
