"""Building networks: what fits together, and what is refused with a sentence."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from sidelight import testing
from sidelight.errors import ConfigError, UnknownNameError
from sidelight.nn import build
from sidelight.nn.trace import retrace
from sidelight.schema import ImageSpec, MetaSpec


def test_channels_equals_concatenating_tiled_planes(tmp_path):
    """conv([x; planes]) with a widened kernel = conv(x) + conv_planes(planes)."""
    spec = testing.tiny_spec("channels")
    model = build(spec)
    # Loaded from a file each layer is called once; freshly built, the backbone keeps
    # the call it was made with beside the one in the fused network.
    model.save(tmp_path / "model.keras")
    model = keras.saving.load_model(tmp_path / "model.keras", compile=False)
    stem = model.get_layer("channels_stem")
    rng = np.random.default_rng(0)
    kernel = rng.normal(size=stem.kernel.shape).astype("float32")
    stem.set_weights([kernel])
    inputs = testing.random_inputs(spec)
    taps = keras.Model(
        model.input,
        [
            model.get_layer("scaling").output,
            model.get_layer("channels_planes").output,
            model.get_layer("channels_sum").output,
        ],
    )
    image, planes, found = (np.array(t) for t in taps(inputs))
    wide = np.concatenate([np.array(model.get_layer("stem_conv").kernel), kernel], 2)
    joined = np.concatenate([image, planes], axis=-1)
    expected = keras.ops.conv(joined, wide, strides=2, padding="same")
    np.testing.assert_allclose(found, np.array(expected), atol=1e-3)


def test_film_has_one_modulation_a_stage_or_where_asked():
    all_stages = build(testing.tiny_spec("film"))
    some = build(testing.tiny_spec("film", fusion_options={"stages": [1, 3]}))
    modulating = [
        [layer.name for layer in model.layers if layer.name.endswith("_modulation")]
        for model in (all_stages, some)
    ]
    assert len(modulating[0]) == 4
    assert modulating[1] == ["film_1_modulation", "film_3_modulation"]
    generators = [n for n in all_stages.layers if n.name.startswith("film_generator")]
    assert len(generators) == 2


def test_concat_by_flatten_has_more_weights_than_by_pool():
    pool, flatten = (
        build(testing.tiny_spec("concat", fusion_options={"features": features}))
        for features in ("pool", "flatten")
    )
    assert flatten.count_params() > pool.count_params()


def test_retracing_shares_weights_and_changes_nothing_by_itself():
    spec = testing.tiny_spec("none")
    model = build(spec)
    image = keras.Input((32, 32, 3), name="image")
    inner = keras.Model(model.input["image"], model.output)
    again = retrace(
        inner, image, [], enter=lambda x: x, after=lambda _layer, _inputs, y: y
    )
    twin = keras.Model(image, again)
    picture = testing.random_inputs(spec)["image"]
    np.testing.assert_allclose(np.array(twin(picture)), np.array(inner(picture)))
    assert twin.get_layer("stem_conv") is inner.get_layer("stem_conv")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"fusion_options": {"unit": 3}}, ["'unit'", "units"]),
        ({"fusion_options": {"units": 0}}, ["units"]),
        ({"backbone_options": {"depth": 3}}, ["'depth'", "blocks"]),
        ({"image": ImageSpec(height=8, width=32, bands=3)}, ["16 × 16", "--size"]),
        ({"weights": "imagenet"}, ["no pretrained weights"]),
        ({"meta": MetaSpec()}, ["needs metadata", "--fusion none"]),
    ],
)
def test_what_does_not_fit_is_refused(changes, words):
    with pytest.raises(ConfigError) as caught:
        build(testing.tiny_spec("film", **changes))
    for word in words:
        assert word in str(caught.value)


def test_unknown_fusion():
    with pytest.raises(UnknownNameError, match="film"):
        build(testing.tiny_spec("flim"))


@pytest.mark.slow
def test_resnet50_takes_one_band_and_a_weights_file(tmp_path):
    spec = testing.tiny_spec("none", backbone="resnet50")
    reference = keras.applications.ResNet50(
        include_top=False, weights=None, input_shape=(32, 32, 3)
    )
    path = tmp_path / "resnet50.weights.h5"
    reference.save_weights(path)
    grey = ImageSpec(height=32, width=32, bands=1)
    model = build(spec.model_copy(update={"image": grey, "weights": str(path)}))
    picture = testing.random_inputs(spec)["image"][..., :1]
    mean = np.array([103.939, 116.779, 123.68])
    expected = np.array(reference(picture.repeat(3, axis=-1) - mean)).mean(axis=(1, 2))
    pooled = keras.Model(model.input, model.get_layer("pool").output)
    np.testing.assert_allclose(
        np.array(pooled({"image": picture})), expected, atol=1e-4
    )
