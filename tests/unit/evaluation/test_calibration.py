"""Reliability by hand, and temperatures that are known."""

from __future__ import annotations

import numpy as np
import pytest

from sidelight.errors import InputError
from sidelight.evaluation import (
    calibration_error,
    fit_temperature,
    reliability,
    row_scores,
    with_temperature,
)


def drawn(num_rows, scale, seed=0):
    """Return truths drawn from probabilities, and those probabilities made sharper."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(num_rows, 4)) * 1.5
    honest = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = (rng.random(num_rows)[:, None] > honest.cumsum(axis=1)).sum(axis=1)
    sharp = np.exp(scale * logits)
    return truth, sharp / sharp.sum(axis=1, keepdims=True), honest


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_what_was_done_to_the_logits(scale):
    truth, sharp, honest = drawn(20_000, scale)
    found = fit_temperature(truth, sharp)
    assert found == pytest.approx(scale, rel=0.05)
    kept = sharp.min(axis=1) > 1e-7  # smaller ones are cut off
    assert kept.mean() > 0.9
    back = with_temperature(sharp[kept], scale)
    np.testing.assert_allclose(back, honest[kept], atol=1e-6)


def test_scaling_changes_no_answer_and_lowers_the_loss():
    truth, sharp, _ = drawn(2000, 3.0)
    scaled = with_temperature(sharp, fit_temperature(truth, sharp))
    assert (scaled.argmax(axis=1) == sharp.argmax(axis=1)).all()
    np.testing.assert_allclose(scaled.sum(axis=1), 1)
    before, after = (row_scores("log_loss", truth, p).mean() for p in (sharp, scaled))
    assert after > before
    assert calibration_error(truth, scaled) < calibration_error(truth, sharp)


def test_the_temperature_stays_finite_where_answers_are_all_right():
    probability = np.array([[0.9, 0.1], [0.2, 0.8]])
    assert 0.049 < fit_temperature(np.array([0, 1]), probability) < 0.1
    assert 15 < fit_temperature(np.array([1, 0]), probability) <= 20
    sure = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert np.isfinite(
        with_temperature(sure, fit_temperature(np.array([0, 0]), sure))
    ).all()
    with pytest.raises(InputError, match="needs rows"):
        fit_temperature(np.array([], int), np.zeros((0, 2)))


def test_bins_by_hand():
    probability = np.array([[0.9, 0.1], [0.88, 0.12], [0.4, 0.6], [0.0, 1.0]])
    bins = reliability(np.array([0, 1, 1, 1]), probability)
    # 0.9 and 0.88 lie in the bin from 13/15 to 14/15, 0.6 in the one from 9/15.
    assert bins == [
        {"confidence": pytest.approx(0.6), "right": 1.0, "rows": 1},
        {"confidence": pytest.approx(0.89), "right": 0.5, "rows": 2},
        {"confidence": pytest.approx(1.0), "right": 1.0, "rows": 1},
    ]
    gaps = sum(abs(b["confidence"] - b["right"]) * b["rows"] for b in bins) / 4
    error = calibration_error(np.array([0, 1, 1, 1]), probability)
    assert gaps == pytest.approx(error)
