"""What every metadata encoder has to do."""

from __future__ import annotations

from typing import Any, get_args

import keras
import numpy as np

from sidelight.errors import ConfigError
from sidelight.nn.build import metadata_inputs
from sidelight.nn.encoders import encode
from sidelight.registry import ENCODERS
from sidelight.schema import Feature, Kind, MetaSpec
from sidelight.testing._requirements import reloaded, require

BATCH = 8
WIDTHS = {"numeric": 1, "boolean": 1, "datetime": 4, "location": 3, "multi_hot": 4}
OTHER = "other"  # the name of a column that is encoded as ever


def encoder_spec(name: str) -> MetaSpec:
    """Return two columns of each kind an encoder takes, the second one with gaps.

    A column that is encoded as ever stands between them in the numeric block, and one
    in front of them in the categorical block.
    """
    kinds = sorted(ENCODERS.get(name).capabilities)
    columns: list[dict[str, Any]] = [{"name": OTHER, "kind": "categorical"}]
    for kind in kinds:
        columns += [
            {"name": f"{kind}_whole", "kind": kind},
            {"name": f"{OTHER}_{kind}", "kind": "boolean"},
            {"name": f"{kind}_gaps", "kind": kind, "indicator": kind in WIDTHS},
        ]
    features, widths = [], {"numeric": 0, "categorical": 0}
    for column in columns:
        feature = _feature(column, widths)
        widths[feature.block] += feature.width
        features.append(feature)
    return MetaSpec(
        features=tuple(features),
        num_numeric=widths["numeric"],
        num_categorical=widths["categorical"],
    )


def encoder_inputs(spec: MetaSpec, seed: int = 0) -> dict[str, Any]:
    """Return rows as a preprocessor gives them.

    Row 0 has gaps wherever a column may have one; locations of rows 1 and 2 are the
    poles.
    """
    rng = np.random.default_rng(seed)
    inputs: dict[str, Any] = {
        "numeric": np.zeros((BATCH, spec.num_numeric), dtype="float32"),
        "categorical": np.zeros((BATCH, spec.num_categorical), dtype="int32"),
    }
    for column in spec.features:
        end = column.start + column.width
        own = inputs[column.block][:, column.start : end]
        own[:] = 0
        own[:, : column.width - column.indicator] = _values(column, rng)
        if column.indicator:
            own[0] = 0
            own[0, -1] = 1
    return {name: block for name, block in inputs.items() if block.shape[1]}


def encoder_model(spec: MetaSpec, name: str) -> tuple[keras.Model, tuple[int, ...]]:
    """Return a model from metadata inputs to the vector, and the columns' widths."""
    inputs = metadata_inputs(spec)
    chosen = {f.name: name for f in spec.features if not f.name.startswith(OTHER)}
    encoded = encode(spec, inputs, chosen)
    return keras.Model(inputs, encoded.vector), encoded.widths


def check_encoder(name: str) -> None:
    """Hold a registered encoder to everything an encoder has to do.

    Args:
        name: Its registry name.

    Raises:
        AssertionError: Saying which requirement the encoder does not meet.
    """
    spec = encoder_spec(name)
    keras.utils.set_random_seed(0)
    model, widths = encoder_model(spec, name)
    inputs = encoder_inputs(spec)
    vector = _answer(model, inputs)
    require(np.isfinite(vector).all(), f"{name}: gives something that is no number")
    require(
        len(widths) == len(spec.features) and sum(widths) == vector.shape[1],
        f"{name}: widths {widths} of {len(spec.features)} columns in {vector.shape}",
    )
    spans = _spans(spec, widths)
    _check_indicators(name, spec, inputs, vector, spans)
    _check_columns_are_independent(name, spec, model, spans)
    _check_rows_are_independent(name, model, inputs)
    _check_learns(name, model, inputs)
    gap = float(np.abs(_answer(reloaded(model), inputs) - _answer(model, inputs)).max())
    require(gap <= 1e-6, f"{name}: loaded, it answers {gap:.2e} differently")
    _check_refuses_other_kinds(name)


def _check_indicators(
    name: str,
    spec: MetaSpec,
    inputs: dict[str, Any],
    vector: Any,
    spans: dict[str, slice],
) -> None:
    """A missing indicator stands unchanged behind its column's values."""
    for column in spec.features:
        if column.indicator:
            given = inputs["numeric"][:, column.start + column.width - 1]
            found = vector[:, spans[column.name].stop - 1]
            met = np.array_equal(given, found)
            require(met, f"{name}: changed the indicator of {column.name}")


def _check_columns_are_independent(
    name: str, spec: MetaSpec, model: keras.Model, spans: dict[str, slice]
) -> None:
    """Another value of a column changes its own part of the vector, and no other."""
    first, second = encoder_inputs(spec), encoder_inputs(spec, seed=1)
    base = _answer(model, first)
    for column in spec.features:
        changed = {key: block.copy() for key, block in first.items()}
        own = slice(column.start, column.start + column.width)
        changed[column.block][:, own] = second[column.block][:, own]
        moved = np.abs(_answer(model, changed) - base).max(axis=0) > 1e-6
        span = spans[column.name]
        require(moved[span].any(), f"{name}: does not read {column.name}")
        moved[span] = False
        require(not moved.any(), f"{name}: mixes {column.name} with another column")


def _check_rows_are_independent(
    name: str, model: keras.Model, inputs: dict[str, Any]
) -> None:
    """A row is encoded alone as among others."""
    single = _answer(model, {key: block[3:4] for key, block in inputs.items()})
    gap = float(np.abs(single - _answer(model, inputs)[3:4]).max())
    require(gap <= 1e-5, f"{name}: alone, a row is encoded {gap:.2e} differently")


def _check_learns(name: str, model: keras.Model, inputs: dict[str, Any]) -> None:
    """After two steps every weight has moved, and every weight is a number."""
    output = keras.layers.Dense(1)(model.output)
    learner = keras.Model(model.input, output)
    learner.compile(keras.optimizers.SGD(0.1), "mse", jit_compile=False)
    before = [np.array(weight) for weight in model.weights]
    for _ in range(2):
        learner.train_on_batch(inputs, np.arange(BATCH, dtype="float32"))
    for old, weight in zip(before, model.weights, strict=True):
        new = np.array(weight)
        require(np.isfinite(new).all(), f"{name}: {weight.path} is not finite")
        moved = not np.array_equal(old, new)
        require(moved, f"{name}: {weight.path} did not move in two steps")


def _check_refuses_other_kinds(name: str) -> None:
    """A column of a kind it does not take is refused, and named."""
    for kind in set(get_args(Kind)) - ENCODERS.get(name).capabilities:
        widths = {"numeric": 0, "categorical": 0}
        feature = _feature({"name": "wrong", "kind": kind}, widths)
        spec = MetaSpec(
            features=(feature,),
            num_numeric=feature.width * (feature.block == "numeric"),
            num_categorical=int(feature.block == "categorical"),
        )
        try:
            encode(spec, metadata_inputs(spec), {"wrong": name})
        except ConfigError as error:
            require("'wrong'" in str(error), f"{name}: {error} names no column")
        else:
            require(False, f"{name}: takes a {kind} column without saying so")


def _feature(column: dict[str, Any], widths: dict[str, int]) -> Feature:
    kind = column["kind"]
    block: Any = "numeric" if kind in WIDTHS else "categorical"
    fields: dict[str, Any] = {
        "width": WIDTHS.get(kind, 1) + column.get("indicator", False),
        "levels": 0 if block == "numeric" else 9,
        "unseen": {"categorical": (1,), "multi_hot": (3,)}.get(kind, ()),
        "bins": (-1.5, -0.5, 0.0, 0.7, 1.5) if kind == "numeric" else (),
    }
    return Feature(block=block, start=widths[block], **column, **fields)


def _values(column: Feature, rng: np.random.Generator) -> Any:
    """Return `(rows, positions)` of random values that such a column can have."""
    if column.kind == "categorical":
        return rng.integers(0, column.levels, (BATCH, 1))
    if column.kind == "boolean":
        return rng.choice([-1.0, 1.0], (BATCH, 1))
    if column.kind == "multi_hot":
        return rng.integers(0, 2, (BATCH, WIDTHS["multi_hot"]))
    if column.kind == "datetime":
        angles = rng.uniform(0, 2 * np.pi, (BATCH, 2, 1))
        return np.concatenate([np.sin(angles), np.cos(angles)], -1).reshape(BATCH, 4)
    values = rng.normal(size=(BATCH, WIDTHS[column.kind]))
    if column.kind == "location":
        values[1:3] = [[0, 0, 1], [0, 0, -1]]
        values /= np.linalg.norm(values, axis=1, keepdims=True)
    return values


def _spans(spec: MetaSpec, widths: tuple[int, ...]) -> dict[str, slice]:
    ordered = sorted(spec.features, key=lambda f: (f.block == "categorical", f.start))
    ends = np.cumsum(widths)
    pairs = zip(ordered, widths, ends, strict=True)
    return {f.name: slice(int(end) - width, int(end)) for f, width, end in pairs}


def _answer(model: keras.Model, inputs: dict[str, Any]) -> Any:
    return keras.ops.convert_to_numpy(model(inputs, training=False))
