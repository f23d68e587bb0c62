"""Deep pictures become 0 to 255 inside the network, by constants that it keeps."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from sidelight import testing
from sidelight.nn import AugmentConfig, assemble, build_augmentation, split
from sidelight.nn.layers import BandScaling, RandomBrightness
from sidelight.schema import BandScale, ImageSpec

SCALE = {"low": [100.0, -1.0], "high": [200.0, 1.0], "fill": [150.0, 0.0]}


def scaled(values, **other):
    layer = BandScaling(**{**SCALE, **other})
    return np.asarray(layer(np.asarray(values)[None, None]))[0, 0]


def test_low_is_black_high_is_white_and_both_ends_are_cut():
    found = scaled([[100, -1], [200, 1], [150, 0], [0, -9], [9999, 9]])
    expected = [[0, 0], [255, 255], [127.5, 127.5], [0, 0], [255, 255]]
    np.testing.assert_allclose(found, expected)


def test_what_is_absent_is_the_median():
    values = np.array([[np.nan, np.nan], [0, 0]], np.float16)
    np.testing.assert_allclose(scaled(values)[0], [127.5, 127.5])
    found = scaled(values, zero_is_absent=True, fill=[200.0, -1.0])
    np.testing.assert_allclose(found, [[255, 0]] * 2)


def test_a_band_without_spread_is_black():
    found = scaled([[5, 0.5]], low=[5.0, -1.0], high=[5.0, 1.0])
    np.testing.assert_allclose(found, [[0, 191.25]])


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float16", "float32"])
def test_16_bits_keep_their_digits_whatever_the_policy(dtype):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        high = {"uint8": 255, "float16": 60000}.get(dtype, 65535)
        layer = BandScaling([0.0], [float(high)], [0.0])
        found = layer(np.array([[[[high - 1]]]], dtype))
        assert found.dtype == "float32"
        expected = 255 * float(np.array(high - 1, dtype)) / high
        np.testing.assert_allclose(float(found[0, 0, 0, 0]), expected, rtol=1e-6)
    finally:
        keras.config.set_dtype_policy(before)


SPEC = testing.tiny_spec("film").model_copy(
    update={
        "image": ImageSpec(
            height=32,
            width=32,
            bands=5,
            scale=BandScale(
                low=(100.0,) * 5,
                high=(4000.0,) * 5,
                fill=(900.0,) * 5,
                zero_is_absent=True,
            ),
        )
    }
)


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(0)
    return assemble(SPEC)


@pytest.fixture(scope="module")
def batch():
    inputs = testing.random_inputs(SPEC, batch=4)
    values = np.random.default_rng(0).integers(0, 5000, (4, 32, 32, 5))
    return {**inputs, "image": values.astype(np.uint16)}


def answers(model, inputs):
    return testing.answer(model, {k: v for k, v in inputs.items() if k in model.input})


def test_a_network_of_deep_pictures_is_one_of_scaled_ones_behind_the_layer(
    network, batch
):
    keras.utils.set_random_seed(0)
    image = SPEC.image.model_copy(update={"scale": None})
    plain = assemble(SPEC.model_copy(update={"image": image}))[0]
    plain.set_weights(network[0].get_weights())
    layer = BandScaling(**SPEC.image.scale.model_dump())
    by_hand = {**batch, "image": np.asarray(layer(batch["image"]))}
    np.testing.assert_allclose(
        answers(network[0], batch), answers(plain, by_hand), rtol=1e-5
    )


def test_the_scaling_is_stored_with_the_network(network, batch, tmp_path):
    path = tmp_path / "model.keras"
    network[0].save(path)
    loaded = keras.saving.load_model(path, compile=False)
    np.testing.assert_array_equal(answers(loaded, batch), answers(network[0], batch))
    assert loaded.get_layer("band_scaling").fill == [900.0] * 5


@pytest.mark.parametrize("fusion", ["concat", "channels", "film", "none"])
def test_every_place_of_fusion_sees_scaled_pictures(batch, fusion):
    model = assemble(SPEC.model_copy(update={"fusion": fusion, "fusion_options": {}}))
    brighter = {**batch, "image": np.full_like(batch["image"], 4000)}
    beyond = {**batch, "image": np.full_like(batch["image"], 60000)}
    np.testing.assert_allclose(
        answers(model[0], brighter), answers(model[0], beyond), rtol=1e-5
    )


def test_a_frozen_front_takes_deep_pictures(batch):
    model, layers = assemble(
        SPEC.model_copy(update={"fusion": "concat", "fusion_options": {}})
    )
    front, tail = split(model, layers.boundary)
    rest = {k: v for k, v in batch.items() if k != "image"}
    maps = np.asarray(front(batch["image"]))
    np.testing.assert_allclose(
        answers(tail, {**rest, "features": maps}), answers(model, batch), rtol=1e-4
    )


def test_brightness_keeps_what_is_absent_and_starts_from_black():
    scale = {**SCALE, "zero_is_absent": True}
    layer = RandomBrightness(0.5, scale=scale)
    image = np.tile([[100.0, -1.0], [0.0, 0.0], [180.0, 0.5]], (1, 1, 1, 1))
    found = np.asarray(layer(image.astype("float32"), training=True))[0, 0]
    np.testing.assert_allclose(found[:2], image[0, 0, :2])
    factor = (found[2] - SCALE["low"]) / (image[0, 0, 2] - SCALE["low"])
    assert factor[0] == pytest.approx(factor[1], rel=1e-4)
    assert 0.5 <= factor[0] <= 1.5
    assert abs(factor[0] - 1) > 1e-3


def test_augmentation_leaves_deep_values_in_their_units(batch):
    config = AugmentConfig(brightness=0.1)
    augment = build_augmentation(config, SPEC, seed=1)
    found = np.asarray(augment({"image": batch["image"]}, training=True)["image"])
    assert found.max() > 3000  # not cut at 255
    assert (found == 0).sum() >= (batch["image"] == 0).sum() / 2
