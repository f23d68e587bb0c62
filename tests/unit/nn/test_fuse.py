"""A user's own model with metadata put into it."""

from __future__ import annotations

import keras
import numpy as np
import pytest

import sidelight as sl
from sidelight.errors import ConfigError, UnknownNameError
from sidelight.registry import FUSIONS

layers = keras.layers
SIZE = 48
SOME = ("concat", "film", "prior")  # as a vector, on maps, at the logits
READ_BOTH = [n for n in FUSIONS.names() if n not in ("none", "metadata")]


@pytest.fixture(autouse=True)
def same_weights():
    keras.utils.set_random_seed(0)


def hand_written(*, activation="softmax", pooling="pool", units=5):
    """A network with a skip connection across a stage: from 24 to 6 pixels."""
    image = keras.Input((SIZE, SIZE, 3))
    x = layers.Rescaling(1 / 255)(image)
    x = layers.Conv2D(8, 3, padding="same", name="full")(x)
    x = layers.ReLU()(layers.BatchNormalization(name="norm")(x))
    x = layers.MaxPooling2D(name="down1")(x)
    half = layers.Conv2D(12, 3, padding="same", activation="relu", name="half")(x)
    x = layers.MaxPooling2D(name="down2")(half)
    x = layers.Conv2D(16, 3, padding="same", activation="relu", name="quarter")(x)
    x = layers.MaxPooling2D(name="down3")(x)
    x = layers.ReLU()(layers.Conv2D(16, 3, padding="same", name="eighth")(x))
    skip = layers.Conv2D(16, 4, strides=4, name="skip")(half)
    x = layers.Add(name="joined")([x, skip])
    pool = layers.Flatten() if pooling == "flatten" else layers.GlobalMaxPooling2D()
    x = layers.Dropout(0.3)(pool(x))
    x = layers.Dense(24, activation="relu", name="hidden")(x)
    return keras.Model(
        image, layers.Dense(units, activation=activation, name="out")(x), name="mine"
    )


def batch(columns=4, seed=0):
    rng = np.random.default_rng(seed)
    image = rng.uniform(0, 255, (4, SIZE, SIZE, 3)).astype("float32")
    numeric = rng.normal(size=(4, columns)).astype("float32")
    return {"image": image, "numeric": numeric}


def gap(model, fused):
    inputs = batch()
    plain = np.asarray(model(inputs["image"], training=False))
    return np.abs(np.asarray(fused(inputs, training=False)) - plain).max()


def changes_with_metadata(fused):
    fused.compile("sgd", "sparse_categorical_crossentropy", jit_compile=False)
    for _ in range(2):
        fused.train_on_batch(batch(), np.array([0, 1, 2, 0]))
    first, second = batch(), batch(seed=1)
    answers = [
        np.asarray(fused({**first, "numeric": b["numeric"]}, training=False))
        for b in (first, second)
    ]
    return np.abs(answers[0] - answers[1]).max() > 1e-7


@pytest.mark.parametrize(
    "fusion",
    [
        pytest.param(name, marks=() if name in SOME else pytest.mark.slow)
        for name in READ_BOTH
    ],
)
def test_every_fusion_goes_into_a_hand_written_model(fusion, tmp_path):
    model = hand_written()
    fused = sl.fuse(model, 4, fusion)
    assert set(fused.input) == {"image", "numeric"}
    assert gap(model, fused) <= 1e-5
    assert changes_with_metadata(fused)
    fused.save(tmp_path / "fused.keras")
    loaded = keras.saving.load_model(tmp_path / "fused.keras", compile=False)
    inputs = batch()
    np.testing.assert_allclose(
        np.asarray(loaded(inputs)), np.asarray(fused(inputs)), atol=1e-6
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["ResNet50V2", "DenseNet121", "MobileNetV2", "EfficientNetV2B0", "ConvNeXtTiny"],
)
@pytest.mark.parametrize("fusion", ["film", "concat", "prior", "attend"])
def test_models_of_keras_applications(name, fusion):
    model = getattr(keras.applications, name)(
        weights=None, classes=5, input_shape=(SIZE, SIZE, 3)
    )
    fused = sl.fuse(model, 4, fusion)
    assert gap(model, fused) <= 1e-5


@pytest.mark.slow
def test_a_classifier_that_is_a_convolution_has_logits_but_no_features():
    model = keras.applications.MobileNetV3Small(
        weights=None, classes=5, input_shape=(SIZE, SIZE, 3), dropout_rate=0
    )
    assert gap(model, sl.fuse(model, 4, "prior")) <= 1e-5
    with pytest.raises(ConfigError, match="acts on the features of a model"):
        sl.fuse(model, 4, "concat")


def test_layers_are_shared_and_flags_are_kept():
    model = hand_written()
    model.get_layer("half").trainable = False
    fused = sl.fuse(model, 4)
    assert fused.get_layer("half") is model.get_layer("half")
    frozen = np.array(model.get_layer("half").kernel)
    trained = np.array(model.get_layer("full").kernel)
    assert changes_with_metadata(fused)
    np.testing.assert_array_equal(np.array(model.get_layer("half").kernel), frozen)
    assert not np.array_equal(np.array(model.get_layer("full").kernel), trained)


def test_a_copy_has_weights_of_its_own():
    model = hand_written()
    fused = sl.fuse(model, 4, copy=True)
    assert gap(model, fused) <= 1e-5
    before = np.array(model.get_layer("full").kernel)
    assert changes_with_metadata(fused)
    np.testing.assert_array_equal(np.array(model.get_layer("full").kernel), before)


@pytest.mark.parametrize("activation", ["softmax", None])
def test_the_prior_sees_logits_and_the_activation_comes_after_it(activation):
    model = hand_written(activation=activation)
    fused = sl.fuse(model, 4, "prior")
    opinion = fused.get_layer("prior_logits")
    opinion.bias.assign([3.0, 0, 0, 0, 0])
    inputs = batch()
    plain = np.asarray(model(inputs["image"], training=False))
    if activation is None:
        expected = plain + np.array([3.0, 0, 0, 0, 0])
    else:
        expected = plain * np.exp([3.0, 0, 0, 0, 0])
        expected /= expected.sum(axis=1, keepdims=True)
    answers = np.asarray(fused(inputs, training=False))
    np.testing.assert_allclose(answers, expected, rtol=1e-4, atol=1e-6)


def test_a_separate_activation_layer_stays_last():
    inner = hand_written(activation=None)
    model = keras.Model(inner.input, layers.Softmax(name="answer")(inner.output))
    fused = sl.fuse(model, 4, "prior")
    assert gap(model, fused) <= 1e-5
    assert fused.layers[-1].name == "answer"


@pytest.mark.parametrize("pooling", ["pool", "flatten"])
def test_features_are_what_the_last_pooling_gives(pooling):
    model = hand_written(pooling=pooling)
    fused = sl.fuse(model, 4, "bilinear")
    width = fused.get_layer("bilinear").output.shape[-1]
    assert width == (6 * 6 * 16 if pooling == "flatten" else 16)


def test_a_base_inside_a_model_is_opened():
    base = keras.Sequential(
        [
            keras.Input((SIZE, SIZE, 3)),
            layers.Conv2D(8, 3, strides=2, padding="same", name="a"),
            layers.BatchNormalization(),
            layers.Conv2D(8, 3, strides=2, padding="same", name="b"),
        ]
    )
    base.trainable = False
    image = keras.Input((SIZE, SIZE, 3))
    x = layers.GlobalAveragePooling2D()(base(layers.Rescaling(1 / 255)(image)))
    model = keras.Model(image, layers.Dense(5, activation="softmax")(x))
    fused = sl.fuse(model, 4)
    assert gap(model, fused) <= 1e-5
    sites = [layer.name for layer in fused.layers if layer.name.startswith("film_")]
    assert {"film_0", "film_1"} <= set(sites)
    assert changes_with_metadata(fused)
    # Frozen, a batch norm takes no new statistics.
    np.testing.assert_array_equal(np.array(base.layers[1].moving_mean), 0)


def test_stages_by_name_and_by_number():
    model = hand_written()
    by_name = sl.fuse(model, 4, stages=["quarter"])
    assert by_name.get_layer("film_0").output.shape[1:] == (12, 12, 16)
    by_number = sl.fuse(model, 4, stages=(-1,))
    assert by_number.get_layer("film_3").output.shape[1:] == (6, 6, 16)


def test_a_skip_across_a_stage_leaves_the_stage_where_it_is():
    sites = [f"film_{i}" for i in range(4)]
    fused = sl.fuse(hand_written(), 4)
    sizes = [fused.get_layer(site).output.shape[1] for site in sites]
    assert sizes == [48, 24, 12, 6]


def test_a_fitted_preprocessor_gives_the_inputs(table_with_a_bit_of_everything):
    preprocessor = table_with_a_bit_of_everything
    fused = sl.fuse(hand_written(), preprocessor, "concat")
    assert set(fused.input) == {"image", "numeric", "categorical"}
    assert fused.input["numeric"].shape[-1] == preprocessor.spec.num_numeric


@pytest.fixture
def table_with_a_bit_of_everything():
    import polars as pl

    from sidelight.preprocessing import Preprocessor

    rows = {"age": [1.5, 2, 2, 4], "sensor": ["a", "b", "a", "b"], "y": [0.1, 2, 3, 5]}
    table = sl.read_table(pl.DataFrame(rows), target="y")
    return Preprocessor.fit(table.at([0, 1, 2, 3], part="train"))


class Hidden(keras.Model):
    def call(self, inputs):
        return inputs


def two_inputs():
    a, b = keras.Input((8, 8, 3), name="left"), keras.Input((8, 8, 3), name="right")
    return keras.Model([a, b], layers.Add()([a, b]))


def with_lambda():
    image = keras.Input((8, 8, 3))
    x = layers.Lambda(lambda t: t * 2, name="twice")(layers.Conv2D(4, 3)(image))
    return keras.Model(image, layers.Dense(2)(layers.Flatten()(x)))


def without_stages():
    image = keras.Input((8, 8, 3))
    return keras.Model(image, layers.Dense(2)(layers.Flatten()(image)), name="flat")


def of_any_size():
    image = keras.Input((None, None, 3))
    return keras.Model(image, layers.Conv2D(4, 3)(image))


def without_head():
    image = keras.Input((8, 8, 3))
    return keras.Model(image, layers.Conv2D(4, 3, name="end")(image), name="headless")


@pytest.mark.parametrize(
    ("make", "fusion", "message"),
    [
        (Hidden, "film", r"cannot be cut.*subclassed"),
        (two_inputs, "film", r"2 inputs.*left, right.*keras.Model\(image, out\)"),
        (with_lambda, "film", r"'twice' of model .* is a Lambda.*registered"),
        (without_stages, "film", r"'flat' has no stage"),
        (of_any_size, "film", r"not images of one known size"),
        (without_head, "concat", r"features.*'headless' has none.*layer 'end'"),
        (hand_written, "metadata", r"'metadata' reads no image"),
        (without_head, "condbn", r"a normalisation layer, and there is none"),
    ],
)
def test_models_that_cannot_be_cut(make, fusion, message):
    with pytest.raises(ConfigError, match=message):
        sl.fuse(make(), 4, fusion)


def test_names_are_suggested():
    with pytest.raises(UnknownNameError, match="film"):
        sl.fuse(hand_written(), 4, "flim")
    with pytest.raises(ConfigError, match="Did you mean 'quarter'"):
        sl.fuse(hand_written(), 4, stages=["quater"])
    with pytest.raises(ConfigError, match="Did you mean 'units'"):
        sl.fuse(hand_written(), 4, unit=3)
    with pytest.raises(ConfigError, match="gives no map"):
        sl.fuse(hand_written(), 4, stages=["hidden"])


def test_a_headless_model_takes_a_fusion_of_maps():
    fused = sl.fuse(without_head(), 3)
    answer = fused({"image": np.zeros((1, 8, 8, 3)), "numeric": np.ones((1, 3))})
    assert answer.shape == (1, 6, 6, 4)
