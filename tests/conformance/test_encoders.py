"""Every registered encoder is held to the same requirements."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from sidelight import testing
from sidelight.nn.build import metadata_inputs
from sidelight.nn.encoders import encode
from sidelight.nn.layers import HashedRows
from sidelight.registry import ENCODERS, KINDS
from sidelight.schema import Feature, MetaSpec
from tests.conformance.on_jax import on_jax


@pytest.mark.parametrize("name", ENCODERS.names())
def test_encoder_meets_every_requirement(name):
    testing.check_encoder(name)


OF_NUMBERS = [e.name for e in ENCODERS.entries() if "categorical" not in e.capabilities]


@pytest.mark.parametrize("name", OF_NUMBERS)
def test_gradients_are_finite_in_gaps_and_at_poles(name):
    spec = testing.encoder_spec(name)
    model, _ = testing.encoder_model(spec, name)
    inputs = {k: tf.constant(v) for k, v in testing.encoder_inputs(spec).items()}
    with tf.GradientTape() as tape:
        tape.watch(inputs["numeric"])
        total = tf.reduce_sum(model(inputs))
    gradient = tape.gradient(total, inputs["numeric"]).numpy()
    assert np.isfinite(gradient).all()
    for column in spec.features:
        if column.block == "numeric":
            assert (gradient[3:, column.start] != 0).any(), column.name


@pytest.mark.parametrize("name", ENCODERS.names())
def test_mixed_precision_keeps_the_digits_of_places_and_phases(name):
    spec = testing.encoder_spec(name)
    inputs = testing.encoder_inputs(spec)
    keras.utils.set_random_seed(0)
    plain, _ = testing.encoder_model(spec, name)
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        mixed, _ = testing.encoder_model(spec, name)
    finally:
        keras.config.set_dtype_policy("float32")
    mixed.set_weights(plain.get_weights())
    answers = [np.array(keras.ops.cast(m(inputs), "float32")) for m in (mixed, plain)]
    # Only the finished values are rounded, to 8 significant bits.
    np.testing.assert_allclose(*answers, rtol=2**-8, atol=1e-3)


def test_every_kind_of_column_has_a_default_that_takes_it():
    for kind in KINDS.names():
        block = "categorical" if kind == "categorical" else "numeric"
        width = {"datetime": 4, "location": 3}.get(kind, 1)
        feature = Feature(
            name="x", kind=kind, block=block, start=0, width=width, levels=4
        )
        spec = MetaSpec(
            features=(feature,),
            num_numeric=width if block == "numeric" else 0,
            num_categorical=int(block == "categorical"),
        )
        shape, dtype = (width,), "float32" if block == "numeric" else "int32"
        encoded = encode(spec, {block: keras.Input(shape, dtype=dtype)})
        widths = {"categorical": 4, "location": 32}
        assert encoded.widths == (widths.get(kind, width),)


JAX_STEP = """
from pathlib import Path
import numpy as np
import sidelight.nn
from sidelight.nn.layers import HashedRows

folder = Path(sys.argv[1])
with np.load(folder / "rows.npz") as rows:
    inputs = {name: rows[name] for name in ("numeric", "categorical")}
    expected, index, hashes = rows["vector"], rows["index"], rows["hashes"]
model = keras.saving.load_model(folder / "model.keras", compile=False, safe_mode=True)
model.compile("sgd", "mse")
np.testing.assert_allclose(model.predict(inputs, verbose=0), expected, atol=2e-5)
before = [np.array(w) for w in model.trainable_weights]
loss = model.train_on_batch(inputs, np.ones_like(expected))
assert np.isfinite(loss)
for old, weight in zip(before, model.trainable_weights):
    assert not np.array_equal(old, np.array(weight)), weight.path
found = HashedRows(1024, 2).hashes(keras.ops.convert_to_tensor(index))
np.testing.assert_array_equal(np.array(found), hashes)
assert "tensorflow" not in sys.modules
"""


@pytest.mark.slow
def test_all_encoders_answer_and_learn_on_jax_without_tensorflow(tmp_path):
    spec, chosen = with_every_encoder()
    keras.utils.set_random_seed(0)
    inputs = metadata_inputs(spec)
    model = keras.Model(inputs, encode(spec, inputs, chosen).vector)
    model.save(tmp_path / "model.keras")
    rows = testing.encoder_inputs(spec)
    index = np.array([0, 1, 46336, 46337, 2**31 - 1], dtype="int32")
    hashes = [
        [
            (a * (x % 46337) + c * (x // 46337) + b) % 46337 % 1024
            for x in map(int, index)
        ]
        for a, c, b in ((25817, 1583, 30363), (6175, 16207, 38587))
    ]
    found = np.array(HashedRows(1024, 2).hashes(tf.constant(index)))
    np.testing.assert_array_equal(found, hashes)
    np.savez(
        tmp_path / "rows.npz",
        vector=np.array(model(rows)),
        index=index,
        hashes=hashes,
        **rows,
    )
    on_jax(JAX_STEP, tmp_path)


def with_every_encoder():
    """Return a spec with columns for each encoder, and which column has which."""
    widths, features, chosen = {"numeric": 0, "categorical": 0}, [], {}
    for name in ENCODERS.names():
        for column in testing.encoder_spec(name).features:
            unique = f"{name}_{column.name}"
            start = widths[column.block]
            features.append(column.model_copy(update={"name": unique, "start": start}))
            widths[column.block] += column.width
            if not column.name.startswith("other"):
                chosen[unique] = name
    spec = MetaSpec(
        features=tuple(features),
        num_numeric=widths["numeric"],
        num_categorical=widths["categorical"],
    )
    return spec, chosen
