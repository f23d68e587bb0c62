"""Every registered backbone and head is held to the same requirements."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from sidelight.nn.heads import Head
from sidelight.registry import BACKBONES, HEADS
from sidelight.schema import ImageSpec


@pytest.mark.parametrize("bands", [1, 3])
@pytest.mark.parametrize("name", BACKBONES.names())
def test_backbone(name, bands):
    family = BACKBONES.get(name).obj
    image = ImageSpec(height=family.min_size, width=family.min_size + 5, bands=bands)
    backbone = family.create(name, image, family.Config(), None)
    assert backbone.model.input.shape == (None, image.height, image.width, bands)
    assert len(backbone.model.output.shape) == 4
    names = [layer.name for layer in backbone.model.layers]
    places = [names.index(stage) for stage in backbone.stages]
    assert places == sorted(places), "stages are in the order of the network"
    sizes = [backbone.model.get_layer(s).output.shape[1] for s in backbone.stages]
    assert sizes == sorted(sizes, reverse=True)
    pictures = np.random.default_rng(0).uniform(
        0, 255, (2, *image.model_dump().values())
    )
    answer = keras.ops.convert_to_numpy(backbone.model(pictures))
    assert np.isfinite(answer).all()
    assert not np.allclose(answer[0], answer[1])


@pytest.mark.parametrize("name", BACKBONES.names())
def test_pretrained_is_a_capability(name):
    entry = BACKBONES.get(name)
    assert ("pretrained" in entry.capabilities) == entry.obj.pretrained


@pytest.mark.parametrize("name", HEADS.names())
def test_head(name):
    head: Head = HEADS.get(name).obj
    target = np.array([0, 1, 1])
    answers = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    answers = answers if name == "multiclass" else answers[:, 1:]
    target = target if name == "multiclass" else target[:, None].astype("float32")
    loss = float(head.make_loss(0.0)(target, answers))
    if name == "regression":
        assert loss == pytest.approx(np.mean((target - answers) ** 2), abs=1e-6)
    else:
        expected = -np.mean(np.log([0.9, 0.8, 0.4]))
        assert loss == pytest.approx(expected, abs=1e-6)
        smooth = float(head.make_loss(0.2)(target, answers))
        log = np.log(np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]))
        by_hand = 0.8 * expected - 0.2 * log.mean()
        assert smooth == pytest.approx(by_hand, abs=1e-6)
    assert head.metrics()[0] is not head.metrics()[0]
    assert head.mode in ("min", "max")
