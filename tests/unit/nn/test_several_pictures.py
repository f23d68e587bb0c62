"""Several pictures a row: one backbone, one vector, and nothing of what is absent."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from sidelight import testing
from sidelight.nn import AugmentConfig, assemble, build, build_augmentation, split
from sidelight.nn.layers import (
    AttendPictures,
    FoldPictures,
    MaxPictures,
    MeanPictures,
    RepeatRows,
    UnfoldPictures,
)
from sidelight.schema import ImageSpec

NARROW = {"widths": (8, 8)}
VECTORS = np.array(
    [[[1.0, -8.0], [3.0, -2.0], [99.0, 99.0]], [[5.0, 6.0], [7.0, 7.0], [9.0, 8.0]]],
    dtype="float32",
)
THERE = np.array([[1, 1, 0], [0, 0, 1]], dtype="float32")


def spec_of(fusion="film", pictures=3, **changes):
    image = ImageSpec(height=32, width=32, bands=3, pictures=pictures)
    return testing.tiny_spec(fusion, image=image, backbone_options=NARROW, **changes)


def test_mean_and_maximum_of_the_pictures_that_are_there():
    mean = np.asarray(MeanPictures()(VECTORS, THERE))
    np.testing.assert_allclose(mean, [[2, -5], [9, 8]])
    highest = np.asarray(MaxPictures()(VECTORS, THERE))
    np.testing.assert_allclose(highest, [[3, -2], [9, 8]])


@pytest.mark.parametrize("pool", [MeanPictures, MaxPictures, AttendPictures])
def test_a_row_without_pictures_has_a_finite_vector(pool):
    same = np.repeat(VECTORS[:, :1], 3, axis=1)
    found = np.asarray(pool()(same, np.zeros((2, 3), "float32")))
    np.testing.assert_allclose(found, same[:, 0], rtol=1e-6)


def test_attention_begins_as_the_mean_and_follows_the_papers_equation():
    layer = AttendPictures(units=2)
    begun = np.asarray(layer(VECTORS, THERE))
    np.testing.assert_allclose(begun, [[2, -5], [9, 8]], rtol=1e-6)
    rng = np.random.default_rng(0)
    v, u, w = (rng.normal(size=s).astype("float32") for s in ((2, 2), (2, 2), (2, 1)))
    nothing = np.zeros(2, "float32")
    layer.set_weights([v, nothing, u, nothing, w])
    row = VECTORS[0, :2]
    score = (np.tanh(row @ v) / (1 + np.exp(-(row @ u)))) @ w
    share = np.exp(score) / np.exp(score).sum()
    found = np.asarray(layer(VECTORS, THERE))
    np.testing.assert_allclose(found[0], (share * row).sum(0), rtol=1e-4)
    np.testing.assert_allclose(found[1], VECTORS[1, 2], rtol=1e-6)


def test_half_precision_does_not_overflow():
    large = (VECTORS * 400).astype("float16")
    for pool in (MeanPictures, MaxPictures, AttendPictures):
        found = np.asarray(pool(dtype="float16")(large, THERE))
        assert found.dtype == np.float16
        assert np.isfinite(found).all()


def test_folding_keeps_a_rows_pictures_together():
    pictures = np.arange(2 * 3 * 4).reshape(2, 3, 2, 2, 1)
    folded = FoldPictures()(pictures)
    np.testing.assert_array_equal(np.asarray(folded)[4], pictures[1, 1])
    np.testing.assert_array_equal(np.asarray(UnfoldPictures(3)(folded)), pictures)
    rows = np.asarray(RepeatRows(3)(np.array([[1], [2]])))
    assert rows.ravel().tolist() == [1, 1, 1, 2, 2, 2]


@pytest.mark.parametrize("fusion", ["film", "none"])
@pytest.mark.parametrize("pool", ["mean", "max", "attention"])
def test_pictures_count_alike_and_absent_ones_do_not(fusion, pool):
    spec = spec_of(fusion, pool=pool)
    testing.check_pictures(f"{fusion} with {pool}", build(spec), spec)


def test_attention_learns_and_is_saved_and_the_row_may_miss_all_its_pictures():
    spec = spec_of("daft", pool="attention")
    network = build(spec)
    testing.check_learns("daft", network, spec)
    testing.check_round_trip("daft", network, spec)
    testing.check_does_without("daft", spec)


def test_a_row_of_one_picture_has_the_network_it_always_had():
    network = build(spec_of(pictures=1))
    assert network.input["image"].shape == (None, 32, 32, 3)
    assert "pictures" not in network.input
    assert not [x for x in network.layers if "pictures" in x.name]


def test_the_metadata_has_a_say_in_which_picture_counts():
    spec = spec_of("film", pool="attention")
    network = build(spec)
    rng = np.random.default_rng(1)
    for layer in network.layers:  # away from the identity that it begins as
        layer.set_weights([w + 0.3 * rng.normal(size=w.shape) for w in layer.weights])
    pool = network.get_layer("pool_pictures")
    shares = keras.Model(network.input, pool.score(pool.content(pool.input[0])))
    inputs = testing.random_inputs(spec)
    other = {**inputs, "numeric": -inputs["numeric"]}
    change = np.asarray(shares(inputs)) - np.asarray(shares(other))
    assert np.abs(change - change.mean(axis=1, keepdims=True)).max() > 1e-4


@pytest.mark.parametrize("fusion", ["attend", "concat", "film"])
def test_front_and_tail_give_the_networks_answers(fusion):
    spec = spec_of(fusion, pool="attention")
    network, layers = assemble(spec)
    for _ in range(2):  # cutting leaves the network as it was
        front, tail = split(network, layers.boundary)
    inputs = testing.random_inputs(spec)
    pixels = inputs["image"]
    features = np.asarray(front(pixels.reshape(-1, *pixels.shape[2:])))
    features = features.reshape(*pixels.shape[:2], *features.shape[1:])
    rest = {k: v for k, v in inputs.items() if k in tail.input}
    assert set(tail.input) == {"features", *rest}
    answers = np.asarray(tail({"features": features, **rest}))
    assert np.abs(answers - testing.answer(network, inputs)).max() <= 1e-6


def test_every_picture_of_a_row_is_changed_on_its_own():
    spec = spec_of(pictures=4)
    config = AugmentConfig(shift=0.3, horizontal_flip=True)
    augment = build_augmentation(config, spec)
    one = np.random.default_rng(0).integers(0, 256, (32, 32, 3)).astype("float32")
    pictures = np.broadcast_to(one, (8, 4, 32, 32, 3))
    changed = np.asarray(augment({"image": pictures}, training=True)["image"])
    assert changed.shape == pictures.shape
    assert len(np.unique(changed.reshape(32, -1), axis=0)) > 16
    still = np.asarray(augment({"image": pictures}, training=False)["image"])
    np.testing.assert_array_equal(still, pictures)
