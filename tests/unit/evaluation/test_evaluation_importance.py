"""Permutation importance where the answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from sidelight.evaluation import permutation_importance

ROWS = 20_000


def inputs():
    rng = np.random.default_rng(0)
    return {
        "numeric": rng.normal(size=(ROWS, 3)).astype(np.float32),
        "image": rng.normal(size=(ROWS, 2, 2, 1)).astype(np.float32),
    }


def answer(given):
    """A model that reads two of the columns and the mean of the picture."""
    numeric = given["numeric"]
    return 2 * numeric[:, 0] + numeric[:, 1] + given["image"].mean(axis=(1, 2, 3))


PARTS = {
    "first": [("numeric", slice(0, 1))],
    "second": [("numeric", slice(1, 2))],
    "idle": [("numeric", slice(2, 3))],
    "both": [("numeric", slice(0, 2))],
    "the picture": [("image", None)],
}


def test_a_linear_model_loses_twice_the_variance_of_what_is_shuffled():
    given = inputs()
    truth = answer(given)
    found = permutation_importance(
        answer, given, PARTS, lambda figures: -((truth - figures) ** 2)
    )
    # E (a x - a x')² = 2 a² var(x) for independent x and x'.
    means = {name: fall.mean() for name, fall in found.items()}
    assert means["first"] == pytest.approx(8, rel=0.03)
    assert means["second"] == pytest.approx(2, rel=0.03)
    assert means["both"] == pytest.approx(10, rel=0.03)
    assert means["the picture"] == pytest.approx(2 / 4, rel=0.03)
    assert means["idle"] == 0
    assert all(fall.shape == (ROWS,) for fall in found.values())


def test_inputs_stay_as_they_are_and_repeats_are_counted():
    given = inputs()
    before = {name: block.copy() for name, block in given.items()}
    asked = []
    permutation_importance(
        answer, given, PARTS, lambda f: f, repeats=3, advance=lambda: asked.append(1)
    )
    assert len(asked) == 3 * len(PARTS)
    for name, block in given.items():
        np.testing.assert_array_equal(block, before[name])
