"""The estimators behave as scikit-learn expects of an estimator."""

from __future__ import annotations

import copy

import keras
import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.model_selection import cross_val_score

import sidelight as sl
from sidelight.errors import ConfigError, NotFittedError
from tests.end_to_end.conftest import make_rows

TINY = {"network": {"backbone_options": {"widths": [8, 16]}}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("scenes")


@pytest.fixture(scope="module")
def frame(folder):
    return pl.DataFrame(make_rows(folder))


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, folder):
    monkeypatch.setenv("SIDELIGHT_CACHE", str(folder / "cache"))


@pytest.fixture
def table(frame, folder):
    return sl.read_table(frame, image="file", target="label", images=folder)


@pytest.fixture(scope="module")
def fitted(frame, folder):
    patch = pytest.MonkeyPatch()
    patch.setenv("SIDELIGHT_CACHE", str(folder / "cache"))
    table = sl.read_table(frame, image="file", target="label", images=folder)
    model = sl.Classifier(epochs=8, options=TINY).fit(table)
    patch.undo()
    return model


def test_parameters_are_kept_and_cloned():
    model = sl.Classifier(fusion="concat", epochs=3, callbacks=[])
    twin = clone(model)
    assert twin.get_params() == model.get_params()
    assert twin.set_params(epochs=4).epochs == 4
    assert model.epochs == 3


def test_learns_and_answers(fitted, table):
    assert fitted.score(table) > 0.8
    probability = fitted.predict_proba(table)
    assert probability.shape == (48, 3)
    assert list(fitted.classes_) == ["dark", "grey", "light"]
    assert fitted.predict(table).tolist() == [
        fitted.classes_[i] for i in probability.argmax(axis=1)
    ]


def test_saved_and_loaded_it_answers_the_same(fitted, table, tmp_path):
    fitted.save(tmp_path / "mine")
    loaded = sl.load(tmp_path / "mine")
    np.testing.assert_allclose(
        loaded.predict_proba(table), fitted.predict_proba(table), atol=1e-6
    )
    with pytest.raises(ConfigError, match="already"):
        fitted.save(tmp_path / "mine")


def test_frames_of_either_kind_do(fitted, frame, folder):
    fitted.images = folder
    pandas = pd.DataFrame(frame.to_dicts())
    expected = fitted.predict_proba(frame)
    np.testing.assert_allclose(fitted.predict_proba(pandas), expected, atol=1e-6)
    one = fitted.predict_proba(frame.head(1))
    np.testing.assert_allclose(one, expected[:1], atol=1e-5)


def test_tables_that_were_joined_are_joined_for_answers_too(fitted, frame, folder):
    column = fitted.predictor_.schema.columns[0].sources[0]
    other = sl.Join(source=frame.select("file", column), key="file")
    model = copy.copy(fitted)
    model.images = folder
    model.options = {**TINY, "table": {"join": [other]}}
    answers = model.predict(frame.drop(column))
    assert (answers == model.predict(frame)).all()


def test_cross_validation(table):
    model = sl.Classifier(fusion="metadata", epochs=1)
    scores = cross_val_score(model, table, table.target().to_numpy(), cv=2)
    assert scores.shape == (2,)
    assert ((scores >= 0) & (scores <= 1)).all()


def test_the_users_own_parts_are_used(table):
    class Count(keras.callbacks.Callback):
        epochs = 0

        def on_epoch_end(self, epoch, logs=None):
            Count.epochs += 1

    model = sl.Classifier(
        fusion="metadata",
        epochs=2,
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=[keras.metrics.SparseTopKCategoricalAccuracy(2, name="top2")],
        optimizer=keras.optimizers.SGD(0.1),
        callbacks=[Count()],
    )
    clone(model).fit(table)
    model.fit(table)
    model.fit(table)  # a second fit starts with a fresh optimizer
    assert Count.epochs == 6
    assert "top2" in model.run_.training.history[0]


def test_regression(frame, folder):
    rows = frame.with_columns(level=(pl.col("depth").cast(float) - 10).abs() + 5).drop(
        "label"
    )
    places = ["lat", "lon"]  # at random here, and 48 rows would be learned by heart
    table = sl.read_table(
        rows, image="file", target="level", images=folder, drop=places
    )
    model = sl.Regressor(fusion="metadata", epochs=25, learning_rate=0.03).fit(table)
    assert model.score(table) > 0.6
    with pytest.raises(ConfigError, match="Regressor"):
        sl.Classifier(fusion="metadata", epochs=1).fit(table)


def test_asked_too_early():
    with pytest.raises(NotFittedError, match="fit"):
        sl.Classifier().predict(None)


def test_class_weight_patience_and_time(table):
    model = sl.Classifier(
        fusion="metadata", epochs=40, patience=1, class_weight="balanced"
    ).fit(table)
    assert len(model.run_.training.history) <= 40
    quick = sl.Classifier(fusion="metadata", epochs=500, max_time=0.5).fit(table)
    assert quick.run_.training.stopped == "max_time"
    assert quick.run_.training.kept == "best"
