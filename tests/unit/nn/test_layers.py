"""Each layer against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sidelight import testing
from sidelight.nn import (
    AugmentConfig,
    ChannelScaling,
    Modulate,
    OneHotColumns,
    RandomBrightness,
    RandomFlip,
    RandomShift,
    TileLike,
    build_augmentation,
)
from sidelight.nn.layers import AbsentColumns, AbsentMap, RandomAbsence


def test_modulate_scales_and_shifts_each_channel():
    features = np.array([[[[1.0, 2.0]]]], dtype="float32")
    modulation = np.array([[0.5, -1.0, 10.0, 3.0]], dtype="float32")
    answer = np.array(Modulate()(features, modulation))
    np.testing.assert_allclose(answer, [[[[1 * 1.5 + 10, 2 * 0 + 3]]]])


def test_one_hot_columns():
    answer = np.array(OneHotColumns([3, 2])(np.array([[2, 0], [0, 1], [9, -1]])))
    np.testing.assert_array_equal(
        answer, [[0, 0, 1, 1, 0], [1, 0, 0, 0, 1], [0, 0, 0, 0, 0]]
    )


def test_one_hot_columns_gives_zeros_for_what_training_never_saw():
    layer = OneHotColumns([3, 2], [[1], []])
    answer = np.array(layer(np.array([[1, 0], [2, 1]])))
    np.testing.assert_array_equal(answer, [[0, 0, 0, 1, 0], [0, 0, 1, 0, 1]])
    twin = OneHotColumns.from_config(layer.get_config())
    np.testing.assert_array_equal(np.array(twin(np.array([[1, 0]]))), answer[:1])


def test_tile_like_repeats_at_every_position():
    planes = np.array(TileLike()(np.array([[1.0, 2.0]]), np.zeros((1, 2, 3, 5))))
    assert planes.shape == (1, 2, 3, 2)
    assert (planes[..., 0] == 1).all()
    assert (planes[..., 1] == 2).all()


def test_channel_scaling_reverses_before_it_shifts():
    layer = ChannelScaling([1.0, 2.0, 3.0], [1.0, 2.0, 1.0], reverse=True)
    answer = np.array(layer(np.array([[[[10.0, 20.0, 30.0]]]])))
    np.testing.assert_allclose(answer, [[[[29, 9, 7]]]])


@pytest.mark.parametrize(
    "layer", [RandomFlip(), RandomShift(0.3), RandomBrightness(0.5)]
)
def test_random_layers_do_nothing_outside_training(layer):
    image = np.random.default_rng(0).uniform(0, 255, (4, 6, 5, 3)).astype("float32")
    np.testing.assert_array_equal(np.array(layer(image)), image)
    changed = np.array(layer(image, training=True))
    assert changed.shape == image.shape
    assert not np.array_equal(changed, image)


def test_flip_mirrors_whole_pictures():
    image = np.arange(6, dtype="float32").reshape(1, 1, 6, 1).repeat(64, axis=0)
    layer = RandomFlip(vertical=False, seed=3)
    changed = np.array(layer(image, training=True))[:, 0, :, 0]
    forward, backward = np.arange(6), np.arange(6)[::-1]
    turned = (changed == backward).all(axis=1)
    assert ((changed == forward).all(axis=1) | turned).all()
    assert 10 < turned.sum() < 54


def test_shift_moves_by_whole_pixels_and_mirrors_the_edge():
    row = np.arange(10, dtype="float32")
    image = np.tile(row[None, :, None], (200, 10, 1, 1)).reshape(200, 10, 10, 1)
    changed = np.array(RandomShift(0.2, seed=1)(image, training=True))[:, 5, :, 0]
    padded = np.concatenate([row[2:0:-1], row, row[-2:-4:-1]])
    possible = [padded[start : start + 10] for start in range(5)]
    found = [any((r == p).all() for p in possible) for r in changed]
    assert all(found)
    assert len({tuple(r) for r in changed}) == 5


def test_brightness_is_one_factor_a_picture():
    image = np.full((50, 2, 2, 3), 100.0, dtype="float32")
    changed = np.array(RandomBrightness(0.5, seed=1)(image, training=True))
    assert (changed == changed[:, :1, :1, :1]).all()
    assert 50 <= changed.min() < 80
    assert 120 < changed.max() <= 150


def test_augmentation_holds_only_what_was_asked_for():
    spec = testing.tiny_spec("film")
    config = AugmentConfig(horizontal_flip=False, shift=0, brightness=0.1)
    names = [type(layer).__name__ for layer in build_augmentation(config, spec).layers]
    assert names == ["InputLayer", "RandomBrightness"]
    nothing = AugmentConfig(horizontal_flip=False, shift=0)
    assert build_augmentation(nothing, spec) is None
    blind = testing.tiny_spec("metadata")
    assert build_augmentation(AugmentConfig(), blind) is None


def test_random_absence_takes_image_or_metadata_but_never_both():
    layer = RandomAbsence(0.3, 0.0, seed=1)
    left = np.array(layer(np.ones((4000, 4)), training=True))
    image, metadata = left[:, 3], left[:, :3]
    assert (metadata == metadata[:, :1]).all()  # all columns or none
    assert not ((image == 0) & (metadata[:, 0] == 0)).any()
    assert abs((image == 0).mean() - 0.3) < 0.03
    assert abs((metadata[:, 0] == 0).mean() - 0.3) < 0.03
    np.testing.assert_array_equal(np.array(layer(np.ones((9, 4)))), 1)


def test_random_absence_of_single_columns():
    layer = RandomAbsence(0.0, 0.25, seed=1)
    left = np.array(layer(np.ones((4000, 3)), training=True))
    assert (left[:, 2] == 1).all()
    np.testing.assert_allclose(left[:, :2].mean(0), 0.75, atol=0.03)
    assert abs(np.corrcoef(left[:, 0], left[:, 1])[0, 1]) < 0.05
    np.testing.assert_array_equal(np.array(layer(np.zeros((9, 3)), training=True)), 0)


def test_absent_columns_have_their_own_stand_ins():
    layer = AbsentColumns([2, 1])
    vector = np.array([[1.0, 2.0, 3.0]], dtype="float32")
    layer.build(vector.shape, (1, 3))
    layer.absent.assign([7, 8, 9])
    for present, expected in (([1, 1, 0], [1, 2, 3]), ([0, 1, 1], [7, 8, 3])):
        answer = np.array(layer(vector, np.array([present], dtype="float32")))
        np.testing.assert_array_equal(answer, [expected])


def test_an_absent_map_is_the_same_everywhere():
    layer = AbsentMap()
    features = np.ones((2, 2, 2, 3), dtype="float32")
    layer.build(features.shape, (2, 2))
    layer.absent.assign([7, 8, 9])
    answer = np.array(layer(features, np.array([[0, 1], [1, 0]], dtype="float32")))
    np.testing.assert_array_equal(answer[0], 1)
    np.testing.assert_array_equal(answer[1], np.full((2, 2, 3), [7, 8, 9]))
