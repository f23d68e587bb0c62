"""Every registered fusion is held to the same requirements."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from sidelight import testing
from sidelight.nn import build
from sidelight.registry import FUSIONS
from sidelight.schema import Feature, ImageSpec, MetaSpec
from tests.conformance.on_jax import on_jax


@pytest.mark.parametrize("name", FUSIONS.names())
def test_fusion_meets_every_requirement(name):
    testing.check_fusion(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", FUSIONS.names())
def test_fusion_meets_every_requirement_with_several_pictures_a_row(name):
    testing.check_fusion(name, pictures=3)


@pytest.mark.slow
@pytest.mark.parametrize("name", FUSIONS.names())
def test_fusion_in_resnet50(name):
    spec = testing.tiny_spec(name, backbone="resnet50")
    model = build(spec)
    if {"identity", "metadata"} <= FUSIONS.get(name).capabilities:
        testing.check_starts_as_identity(name, model, spec)
    testing.check_round_trip(name, model, spec)
    testing.check_rows_are_independent(name, model, spec)


@pytest.mark.parametrize("name", FUSIONS.names())
@pytest.mark.parametrize(
    ("task", "outputs", "bands"), [("binary", 1, 1), ("regression", 1, 3)]
)
def test_other_tasks_and_grayscale(name, task, outputs, bands):
    image = ImageSpec(height=20, width=28, bands=bands)
    spec = testing.tiny_spec(name, task=task, num_outputs=outputs, image=image)
    answers = testing.answer(build(spec), testing.random_inputs(spec))
    assert answers.shape == (testing.BATCH, 1)
    assert answers.dtype == np.float32
    if task == "binary":
        assert ((answers > 0) & (answers < 1)).all()


@pytest.mark.parametrize("columns", [1, 500])
@pytest.mark.parametrize("name", [n for n in FUSIONS.names() if n != "none"])
def test_narrow_and_wide_metadata(name, columns):
    features = tuple(
        Feature(name=f"c{i}", kind="numeric", block="numeric", start=i, width=1)
        for i in range(columns)
    )
    meta = MetaSpec(features=features, num_numeric=columns)
    spec = testing.tiny_spec(name, meta=meta)
    answers = testing.answer(build(spec), testing.random_inputs(spec))
    assert np.isfinite(answers).all()


# One of each way of acting: as a vector, on maps, on kernels, at the logits.
SOME = ("concat", "film", "hyper", "prior")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in SOME else pytest.mark.slow)
        for name in FUSIONS.names()
    ],
)
def test_mixed_precision_trains_and_answers_in_float32(name):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = build(testing.tiny_spec(name))
    finally:
        keras.config.set_dtype_policy("float32")
    inputs = testing.random_inputs(testing.tiny_spec(name))
    wanted = {key: inputs[key] for key in model.input}
    model.compile("sgd", "sparse_categorical_crossentropy", jit_compile=False)
    loss = model.train_on_batch(wanted, np.arange(testing.BATCH) % 4)
    assert np.isfinite(loss)
    answers = testing.answer(model, inputs)
    assert answers.dtype == np.float32
    assert np.isfinite(answers).all()


JAX_STEP = """
import numpy as np
from sidelight import testing
from sidelight.nn import AugmentConfig, build, build_augmentation
from sidelight.schema import ImageSpec

several = ImageSpec(height=32, width=32, bands=3, pictures=2)
for name in sys.argv[1:]:
    options = {"backbone_options": {"widths": [8, 8]}}
    if name == "several":
        spec = testing.tiny_spec("film", image=several, pool="attention", **options)
    else:
        spec = testing.tiny_spec(name, **options)
    model = build(spec)
    inputs = testing.random_inputs(spec)
    wanted = {key: inputs[key] for key in model.input}
    before = [np.array(w) for w in model.trainable_weights]
    model.compile("sgd", "sparse_categorical_crossentropy")
    loss = model.train_on_batch(wanted, np.arange(testing.BATCH) % 4)
    moved = [
        not np.array_equal(old, np.array(new))
        for old, new in zip(before, model.trainable_weights)
    ]
    assert np.isfinite(loss) and any(moved), name
    print("trained", name)
augment = build_augmentation(AugmentConfig(brightness=0.2), spec)
changed = augment({"image": inputs["image"]}, training=True)["image"]
assert not np.array_equal(np.array(changed), inputs["image"])
assert "tensorflow" not in sys.modules
"""


def test_film_takes_a_step_on_jax_without_tensorflow():
    assert "trained several" in on_jax(JAX_STEP, "several")


@pytest.mark.slow
def test_every_fusion_takes_a_step_on_jax_without_tensorflow():
    names = FUSIONS.names()
    assert on_jax(JAX_STEP, *names, timeout=600).count("trained") == len(names)
