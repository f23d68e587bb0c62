"""Encoding treats every row alike, and nothing but training rows is learned from."""

import datetime as dt

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from sidelight.preprocessing import Preprocessor
from sidelight.registry import KINDS
from sidelight.schema import Column, Schema
from sidelight.splits import Split
from sidelight.table import Table

SCHEMA = Schema(
    target="y",
    task="multiclass",
    columns=(
        Column(name="plain", kind="numeric", sources=("plain",)),
        Column(name="robust", kind="numeric", sources=("robust",), scale="robust"),
        Column(name="log", kind="numeric", sources=("log",), scale="log"),
        Column(name="word", kind="categorical", sources=("word",)),
        Column(
            name="filled",
            kind="categorical",
            sources=("filled",),
            missing="most_frequent",
        ),
        Column(name="tags", kind="multi_hot", sources=("tags",)),
        Column(name="sure", kind="boolean", sources=("sure",)),
        Column(name="at", kind="datetime", sources=("at",)),
        Column(name="location", kind="location", sources=("lat", "lon")),
    ),
)
# The table refuses larger numbers, since float32 could not square them.
NUMBERS = st.none() | st.floats(-1e30, 1e30)
WORDS = st.none() | st.sampled_from(["a", "b", "c", ""]) | st.text(max_size=3)
ROWS = st.fixed_dictionaries(
    {
        "plain": NUMBERS,
        "robust": NUMBERS,
        "log": NUMBERS,
        "word": WORDS,
        "filled": WORDS,
        "tags": WORDS | st.text("ab;| ", max_size=6),
        "sure": st.none() | st.booleans(),
        "at": st.none()
        | st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1)),
        "lat": st.none() | st.floats(-90, 90),
        "lon": st.none() | st.floats(-180, 360),
        "y": st.sampled_from(["p", "q", "r"]),
    }
)
TYPES = {
    **dict.fromkeys(("plain", "robust", "log", "lat", "lon"), pl.Float64),
    **dict.fromkeys(("word", "filled", "tags", "y"), pl.String),
    "sure": pl.Boolean,
    "at": pl.Datetime("us"),
}
# One row in which nothing is missing, so that every column can be fitted.
WHOLE = {
    "plain": 1.0,
    "robust": -2.0,
    "log": 0.5,
    "word": "a",
    "filled": "b",
    "tags": "a;b",
    "sure": True,
    "at": dt.datetime(2020, 1, 1, 12),
    "lat": 10.0,
    "lon": 20.0,
    "y": "p",
}


def table_of(rows):
    frame = pl.DataFrame(rows, schema=TYPES)
    return Table(frame, SCHEMA, "t.csv", np.arange(1, frame.height + 1))


def parts(num_train, num_others):
    codes = [0] * num_train + [1 + i % 2 for i in range(num_others)]
    return Split(np.array(codes, dtype=np.int8), "random")


@given(
    st.lists(ROWS, max_size=8),
    st.lists(ROWS, min_size=1, max_size=8),
    st.lists(ROWS, min_size=1, max_size=8),
)
def test_nothing_is_learned_from_val_and_test_rows(train, others, replaced):
    train = [WHOLE, *train]
    states = []
    for rest in (others, replaced):
        split = parts(len(train), len(rest))
        fitted = Preprocessor.fit(table_of([*train, *rest]).take(split, "train"))
        states.append(fitted)
    assert states[0] == states[1]
    assert states[0].spec == states[1].spec


@given(st.lists(ROWS, max_size=8), st.lists(ROWS, min_size=1, max_size=8), st.randoms())
def test_encoding_is_finite_and_commutes_with_the_order_of_rows(train, rows, random):
    train = table_of([WHOLE, *train])
    fitted = Preprocessor.fit(train.take(parts(len(train), 0), "train"))
    table = table_of(rows)
    blocks = fitted.transform(table)
    assert np.isfinite(blocks["numeric"]).all()
    assert np.abs(blocks["numeric"]).max() <= 10
    levels = [f.levels for f in fitted.spec.features if f.levels]
    assert (blocks["categorical"] >= 0).all()
    assert (blocks["categorical"] < levels).all()
    order = list(range(len(rows)))
    random.shuffle(order)
    shuffled = fitted.transform(table.at(np.array(order)))
    for name, block in blocks.items():
        np.testing.assert_array_equal(shuffled[name], block[order])


@given(st.lists(ROWS, max_size=8))
def test_the_order_of_training_rows_does_not_matter(rows):
    forward, backward = (
        Preprocessor.fit(table_of(r).take(parts(len(r), 0), "train"))
        for r in ([WHOLE, *rows], [*rows[::-1], WHOLE])
    )
    for first, second in zip(forward.columns, backward.columns, strict=True):
        one, other = first.model_dump(), second.model_dump()
        for name in {"center", "spread"} & set(one):
            # Sums in another order round otherwise.
            size = 1 if first.column.scale == "log" else max(-first.low, first.high, 1)
            assert abs(one.pop(name) - other.pop(name)) <= 1e-9 * size
        if "edges" in one:
            edges, others = (np.array(state.pop("edges")) for state in (one, other))
            assert np.abs(edges[:, None] - others).min(axis=1).max() <= 1e-4
        assert one == other


@given(st.lists(ROWS, max_size=8))
def test_the_file_gives_back_every_bit(tmp_path_factory, rows):
    rows = [WHOLE, *rows]
    fitted = Preprocessor.fit(table_of(rows).take(parts(len(rows), 0), "train"))
    path = tmp_path_factory.mktemp("state") / "preprocessor.json"
    fitted.to_json(path)
    assert Preprocessor.from_json(path) == fitted


@given(st.lists(st.none() | st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_numbers_are_fitted_as_numpy_would(cells):
    values = np.array([c for c in [*cells, 1.0] if c is not None])
    # Sums round at the size of their largest part, whatever is left of it.
    rounding = len(values) * np.spacing(np.abs(values).max())
    frame = pl.DataFrame({"x": [*cells, 1.0]}, schema={"x": pl.Float64})
    for scale in ("standard", "robust"):
        column = Column(name="x", kind="numeric", sources=("x",), scale=scale)
        fitted = KINDS.get("numeric").obj.fit(column, frame)
        low, median, high = np.percentile(values, (25, 50, 75))
        center = values.mean() if scale == "standard" else median
        np.testing.assert_allclose(fitted.center, center, rtol=1e-12, atol=rounding)
        np.testing.assert_allclose(fitted.fill, median, rtol=1e-12, atol=rounding)
        assert (fitted.low, fitted.high) == (values.min(), values.max())
        if scale == "robust" and high - low > 1e-6 * abs(median) + 1e-20:
            np.testing.assert_allclose(fitted.spread, high - low, rtol=1e-9, atol=1e-9)
