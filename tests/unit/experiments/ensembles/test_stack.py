"""Stacking: a combiner fitted on answers for rows that were not seen."""

from __future__ import annotations

import keras
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from sidelight import testing
from sidelight.errors import UnknownNameError
from sidelight.experiments import check_fusion, method_of
from sidelight.experiments.ensembles.stack import Stack, fit_combiner
from sidelight.nn import build
from sidelight.nn.ensemble import COMBINER, join
from sidelight.schema import Column, Schema
from sidelight.splits import SplitConfig, inner_folds, make_split
from sidelight.table import Table
from sidelight.workflow import OneNetwork

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("task", "outputs"),
    [
        ("multiclass", 4),
        ("ordinal", 4),
        ("binary", 1),
        ("multilabel", 3),
        ("regression", 1),
        ("regression", 2),
    ],
)
def test_joined_networks_answer_as_their_combiner_says(task, outputs, tmp_path):
    specs = [
        testing.tiny_spec(name, task=task, num_outputs=outputs)
        for name in ("none", "metadata")
    ]
    members = {spec.fusion: build(spec) for spec in specs}
    joined = join(members, task)
    inputs = testing.random_inputs(specs[0])
    parts = [testing.answer(member, inputs) for member in members.values()]
    if task in ("multiclass", "ordinal"):
        mixed = np.sqrt(parts[0] * parts[1])  # an equal mixture of logarithms
        expected = mixed / mixed.sum(axis=1, keepdims=True)
    elif task in ("binary", "multilabel"):
        odds = np.sqrt(np.prod([p / (1 - p) for p in parts], axis=0))
        expected = odds / (1 + odds)
    else:
        expected = (parts[0] + parts[1]) / 2
    np.testing.assert_allclose(testing.answer(joined, inputs), expected, rtol=1e-4)
    joined.save(tmp_path / "joined.keras")
    loaded = keras.saving.load_model(tmp_path / "joined.keras", compile=False)
    np.testing.assert_allclose(testing.answer(loaded, inputs), expected, rtol=1e-4)


def test_the_combiner_is_scikit_learns_logistic_regression():
    target = RNG.integers(0, 4, 200)
    answers = RNG.normal(size=(200, 8)) + np.eye(8)[target]
    kernel, bias = fit_combiner(answers, target, "multiclass")
    logits = answers @ kernel + bias
    ours = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    theirs = LogisticRegression(max_iter=2000).fit(answers, target)
    np.testing.assert_allclose(ours, theirs.predict_proba(answers), rtol=1e-6)


def test_the_combiner_of_two_classes_and_of_numbers():
    answers = RNG.normal(size=(100, 2))
    kernel, bias = fit_combiner(answers, answers[:, 0] > 0, "binary")
    assert kernel.shape == (2, 1)
    assert bias.shape == (1,)
    assert kernel[0, 0] > 5 * abs(kernel[1, 0])
    target = 3 * answers[:, 0] - answers[:, 1] + 7
    kernel, bias = fit_combiner(answers, target, "regression")
    np.testing.assert_allclose(kernel[:, 0], [3, -1], atol=0.1)
    np.testing.assert_allclose(bias, [7], atol=0.1)


@pytest.mark.parametrize("task", ["multiclass", "ordinal"])
def test_two_classes_with_an_output_each_are_combined_as_any_number(task):
    target = RNG.integers(0, 2, 200)
    answers = RNG.normal(size=(200, 4)) + np.tile(np.eye(2), 2)[target]
    kernel, bias = fit_combiner(answers, target, task)
    assert (kernel.shape, bias.shape) == ((4, 2), (2,))
    logits = np.exp(answers @ kernel + bias)
    theirs = LogisticRegression(max_iter=2000).fit(answers, target)
    ours = logits / logits.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(ours, theirs.predict_proba(answers), rtol=1e-6)


def make_table(num_rows):
    rng = np.random.default_rng(1)
    frame = pl.DataFrame(
        {
            "lat": rng.uniform(-60, 60, num_rows),
            "lon": rng.uniform(-180, 180, num_rows),
            "site": [f"s{i}" for i in rng.integers(0, 30, num_rows)],
            "y": [str(i) for i in rng.integers(0, 3, num_rows)],
        }
    )
    place = Column(name="location", kind="location", sources=("lat", "lon"))
    schema = Schema(target="y", task="multiclass", columns=(place,))
    return Table(frame, schema, "t.csv", np.arange(1, num_rows + 1))


METHODS = {
    "random": {},
    "grouped": {"group": "site"},
    "spatial": {"block_deg": 20.0, "buffer_deg": 2.0},
}


@pytest.mark.parametrize("method", METHODS)
@given(seed=st.integers(0, 50), num_folds=st.integers(2, 5))
def test_every_training_row_is_held_out_once(method, seed, num_folds):
    table = make_table(160)
    config = SplitConfig(method=method, seed=seed, **METHODS[method])
    split = make_split(table, config)
    folds = inner_folds(table, split, config, num_folds)
    held = np.concatenate([fold.indices("test") for fold in folds])
    np.testing.assert_array_equal(np.sort(held), split.indices("train"))
    for fold in folds:
        np.testing.assert_array_equal(fold.indices("val"), split.indices("val"))
        rest = set(split.indices("train")) - set(fold.indices("test"))
        assert set(fold.indices("train")) <= rest
        if method != "spatial":  # there a buffer takes some away
            assert set(fold.indices("train")) == rest
    if method == "grouped":
        sites = table.frame["site"].to_numpy()
        for fold in folds:
            train, test = (set(sites[fold.indices(p)]) for p in ("train", "test"))
            assert not train & test


def test_names():
    assert check_fusion("stack") == "stack"
    assert check_fusion("film") == "film"
    with pytest.raises(UnknownNameError, match=r"stac.*Did you mean 'stack'"):
        check_fusion("stac")
    assert method_of("film") is OneNetwork
    assert method_of("stack") is Stack
    assert COMBINER == "combiner"
