"""Every head passes its cases, and its numbers are those worked out by hand."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from sidelight import testing
from sidelight.errors import ConfigError
from sidelight.nn.heads import Head
from sidelight.nn.layers import CumulativeLink
from sidelight.nn.losses import FocalCrossentropy
from sidelight.registry import HEADS
from tests.conformance.on_jax import on_jax

P = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]], dtype="float32")
CLASSES = np.array([0, 1, 1])
YES = CLASSES[:, None].astype("float32")
TRUE = np.array([0.9, 0.8, 0.4])  # probabilities of the true answers


def head(name) -> Head:
    return HEADS.get(name).obj


@pytest.mark.parametrize("name", HEADS.names())
def test_every_case(name):
    testing.check_head(name)


@pytest.mark.parametrize("name", ["binary", "multilabel", "multiclass", "ordinal"])
def test_cross_entropy_smoothing_and_focal_loss_by_hand(name):
    one = name in ("binary", "multilabel")
    target, answers = (YES, P[:, 1:]) if one else (CLASSES, P)
    plain = -np.log(TRUE)
    assert float(head(name).make_loss(0.0)(target, answers)) == pytest.approx(
        plain.mean(), abs=1e-6
    )
    by_hand = 0.8 * plain.mean() - 0.2 * np.log(P).mean()
    assert float(head(name).make_loss(0.2)(target, answers)) == pytest.approx(
        by_hand, abs=1e-6
    )
    focal = head(name).loss("focal", smoothing=0.0, gamma=2.0)
    by_hand = ((1 - TRUE) ** 2 * plain).mean()
    assert float(focal(target, answers)) == pytest.approx(by_hand, abs=1e-6)


def test_squared_error_is_a_mean_over_targets_and_has_no_focal_loss():
    truth, said = np.array([[1.0, 2.0]]), np.array([[1.5, 4.0]])
    loss = head("regression").make_loss(0.0)
    assert float(loss(truth, said)) == pytest.approx((0.25 + 4) / 2)
    with pytest.raises(ConfigError, match="not for numbers"):
        head("regression").loss("focal", smoothing=0.0, gamma=2.0)


def test_a_focal_loss_is_finite_where_an_answer_is_sure():
    sure = np.array([[1.0, 0.0], [1.0, 0.0]], dtype="float32")
    loss = FocalCrossentropy(gamma=0.5)
    values = np.asarray(loss.call(np.array([0, 1]), keras.ops.convert_to_tensor(sure)))
    assert values[0] == pytest.approx(0, abs=1e-6)
    assert values[1] == pytest.approx(-np.log(1e-30), rel=1e-5)


def test_cumulative_logits_by_hand():
    layer = CumulativeLink(3)
    layer.build((None, 1))
    layer.set_weights([np.array([-1.0]), np.log(np.expm1([3.0]))])
    np.testing.assert_allclose(np.asarray(layer.thresholds), [-1, 2], rtol=1e-6)
    score = np.array([[0.5], [-40.0], [40.0]], dtype="float32")
    found = np.asarray(layer(score))

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    expected = [sigmoid(-1.5), sigmoid(1.5) - sigmoid(-1.5), 1 - sigmoid(1.5)]
    np.testing.assert_allclose(found[0], expected, rtol=1e-5)
    # Far out, where a difference of sigmoids would be zero, there still is a slope.
    np.testing.assert_allclose(found[1], [1, np.exp(-39) * np.expm1(3) / np.exp(3), 0],
                               rtol=1e-3, atol=1e-15)  # fmt: skip
    assert found[2, 1] > 0


def test_a_gap_narrower_than_rounding_keeps_its_probability():
    layer = CumulativeLink(3)
    layer.build((None, 1))
    layer.set_weights([np.array([-2.0]), np.array([-20.0])])
    found = np.asarray(layer(np.zeros((1, 1), dtype="float32")))
    slope = np.exp(2) / (1 + np.exp(2)) ** 2
    np.testing.assert_allclose(found[0, 1], slope * np.exp(-20), rtol=1e-4)


@pytest.mark.parametrize("num_classes", [2, 3, 5, 12])
def test_a_higher_score_makes_higher_classes_likelier_each_in_its_turn(num_classes):
    layer = CumulativeLink(num_classes)
    scores = np.linspace(-9, 9, 361, dtype="float32")[:, None]
    below = np.cumsum(np.asarray(layer(scores)), axis=1)
    assert (np.diff(below, axis=0) <= 1e-6).all()
    likeliest = np.asarray(layer(scores)).argmax(axis=1)
    assert (np.diff(likeliest) >= 0).all()
    assert set(likeliest) == set(range(num_classes))


ON_JAX = """
from sidelight import testing
from sidelight.registry import HEADS
for name in HEADS.names():
    testing.check_head(name)
    print("passed", name)
"""


@pytest.mark.slow
def test_all_heads_pass_on_jax_without_tensorflow():
    printed = on_jax(ON_JAX)
    assert printed.count("passed") == len(HEADS.names())
