"""Every registered backbone and head is held to the same requirements."""

from __future__ import annotations

import numpy as np
import pytest

from sidelight import testing
from sidelight.nn.heads import Head
from sidelight.registry import BACKBONES, HEADS

LIGHT = {"small", "resnet18", "efficientnet_lite0", "mobilenet_v3_small"}
CASES = [
    pytest.param(name, marks=() if name in LIGHT else pytest.mark.slow)
    for name in BACKBONES.names()
]


@pytest.mark.parametrize("name", CASES)
def test_backbone_meets_every_requirement(name):
    testing.check_backbone(name)


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
