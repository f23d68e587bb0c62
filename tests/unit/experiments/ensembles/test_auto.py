"""The choice of a fusion by validation rows."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from sidelight.errors import ConfigError
from sidelight.experiments import check_fusion, method_of
from sidelight.experiments._pool import cross_fitted, pool, pool_weights
from sidelight.experiments.ensembles.auto import Auto, AutoConfig, _Trained
from sidelight.nn.ensemble import COMBINER
from sidelight.nn.options import checked_options
from sidelight.predictor import answers_of
from sidelight.workflow import make_config, prepare
from tests.unit.experiments.compare.conftest import make_table

RNG = np.random.default_rng(0)
TRUTH = RNG.integers(0, 3, 800)


def guesses(share, seed=0):
    """Return probabilities that are right in a share of the rows."""
    rng = np.random.default_rng(seed)
    right = rng.random(len(TRUTH)) < share
    chosen = np.where(right, TRUTH, (TRUTH + 1 + rng.integers(0, 2, len(TRUTH))) % 3)
    return 0.1 + 0.7 * np.eye(3)[chosen]


def chooser(worth=0.005):
    """Return the chooser without networks, on rows that are all validation rows."""
    auto = Auto.__new__(Auto)
    auto.metric, auto.truth, auto.notes = "accuracy", TRUTH, []
    auto.task = "multiclass"
    auto.options = AutoConfig(worth=worth)
    table = SimpleNamespace(__len__=lambda: 800)
    split = SimpleNamespace(indices=lambda _: np.arange(800), method="random")
    auto.prepared = SimpleNamespace(table=table, split=split)
    auto._difference = lambda a, b: difference(a, b)
    auto._joined = lambda best, other: f"{best.name}+{other.name}"
    return auto


def difference(figures, other):
    from sidelight.evaluation import mean_interval, row_scores

    rows = [row_scores("accuracy", TRUTH, f) for f in (figures, other)]
    return mean_interval([(rows[0] - rows[1])[None, :]])


def trained(name, figures):
    return _Trained(name, SimpleNamespace(network=name), None, figures)


def test_the_best_on_validation_rows_wins():
    candidates = [trained(n, guesses(s)) for n, s in (("none", 0.6), ("film", 0.8))]
    auto = chooser()
    assert auto._best(candidates).name == "film"
    assert auto.notes[-1].startswith("chosen: film, accuracy 0.")


def test_image_only_wins_where_the_gain_is_luck():
    image = guesses(0.6, 1)
    right = image.argmax(axis=1) == TRUTH
    other = image.copy()
    gained, lost = np.flatnonzero(~right)[:22], np.flatnonzero(right)[:20]
    other[gained] = 0.1 + 0.7 * np.eye(3)[TRUTH[gained]]
    other[lost] = 0.1 + 0.7 * np.eye(3)[(TRUTH[lost] + 1) % 3]
    few = [trained("none", image), trained("film", other)]
    auto = chooser()
    assert auto._best(few).name == "none"
    assert "film is not better than image only beyond luck" in auto.notes[0]


def test_a_pair_is_kept_only_if_it_is_worth_it():
    knows = RNG.random(800) < 0.5
    one, other = (
        np.where(known[:, None], 0.02 + 0.94 * np.eye(3)[TRUTH], 1 / 3)
        for known in (knows, ~knows)
    )
    auto = chooser()
    best = trained("film", one)
    auto._pair(best, [best, trained("gated", other)])
    assert auto.network == "film+gated"
    same = chooser()
    same._pair(best, [best, trained("gated", one)])
    assert not hasattr(same, "network")


def test_the_joined_network_answers_as_the_pool_does():
    table = make_table(60)
    config = make_config(
        {
            "network": {"fusion": "auto", "fusion_options": {"members": ["metadata"]}},
            "train": {"epochs": 1},
        }
    )
    prepared = prepare(table, config, progress=False)
    auto = Auto.__new__(Auto)
    auto.prepared, auto.classes = prepared, prepared.preprocessor.classes
    auto.task = "multiclass"
    rows = prepared.table.take(prepared.split, "val")
    auto.truth = prepared.preprocessor.encode_target(rows)
    from sidelight.workflow import OneNetwork

    parts = []
    for name in ("first", "second"):
        network = config.network.model_copy(
            update={"fusion": "metadata", "fusion_options": {}}
        )
        one = OneNetwork(prepared, config.model_copy(update={"network": network}))
        parts.append(_Trained(name, one, None, one.answers("val")))
    joined = auto._joined(*parts)
    figures = [part.figures for part in parts]
    expected = pool(
        figures, pool_weights(figures, auto.truth, "multiclass"), "multiclass"
    )
    found = answers_of(joined, prepared.source("val"))
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert joined.get_layer(COMBINER).get_weights()[0].shape == (6, 3)


def test_weights_favour_the_method_that_knows():
    sure, noise = guesses(0.9), guesses(1 / 3, seed=2)
    first, second = pool_weights([sure, noise], TRUTH, "multiclass")
    assert first > 5 * abs(second)
    answers = cross_fitted([sure, noise], TRUTH, "multiclass")
    assert (answers.argmax(1) == TRUTH).mean() == pytest.approx(0.9, abs=0.02)


def test_auto_is_offered_like_a_fusion():
    assert check_fusion("auto") == "auto"
    assert method_of("auto") is Auto
    with pytest.raises(ConfigError, match="member"):
        checked_options(AutoConfig, {"member": ["film"]}, "fusion 'auto'")
