"""Budgets, early stops, and trainings kept on disk."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from sidelight.errors import ConfigError, UnknownNameError
from sidelight.experiments._pool import cross_fitted
from sidelight.experiments.compare import _stack
from sidelight.experiments.compare._arms import arms_of
from sidelight.experiments.compare._compare import _num_folds
from sidelight.experiments.compare._config import CompareConfig
from sidelight.experiments.compare._plan import Pace, Plan, within
from sidelight.experiments.compare._rounds import Work, _halve
from sidelight.experiments.compare._scores import _rectangle
from sidelight.experiments.compare._stack import add_stack, stack_units
from sidelight.experiments.compare._unit import Unit, with_fusion
from sidelight.experiments.compare._units import Units
from sidelight.nn.options import checked_options
from sidelight.splits import SplitConfig
from sidelight.workflow import make_config
from tests.unit.experiments.compare.conftest import answers, failed, make_table

PACE = Pace(overhead=5.0, per_epoch=1.0)  # a training of 10 epochs takes 15 s
WANTED = Plan(folds=5, seeds=3, epochs=10)


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        # 10 networks: 150 s a block, of which 90 % of the budget holds so many
        (2500, (5, 3, 10)),
        (2400, (4, 3, 10)),
        (500, (1, 3, 10)),
        (499, (1, 2, 10)),
        (170, (1, 1, 10)),
        (166, (1, 1, 9)),
        (89, (1, 1, 3)),
    ],
)
def test_folds_then_seeds_then_epochs_are_reduced(budget, expected):
    plan = within(WANTED, budget, PACE, 10)
    assert (plan.folds, plan.seeds, plan.epochs) == expected
    assert len(plan.notes) == sum(
        now < before for now, before in zip(expected, (5, 3, 10), strict=True)
    )


def test_a_budget_too_small_says_what_is_needed():
    said = r"80 s of the budget are left, too few for 10 networks.* 89 s"
    with pytest.raises(ConfigError, match=said):
        within(WANTED, 80, PACE, 10)


@pytest.mark.parametrize(
    ("split", "expected"),
    [
        ({}, 5),
        ({"method": "grouped", "group": "five"}, 5),
        ({"method": "grouped", "group": "four"}, 3),
        ({"method": "time", "time": "noise"}, 1),
    ],
)
def test_as_many_folds_as_the_rows_allow(split, expected):
    table = make_table(60)
    rows = pl.int_range(60)
    frame = table.frame.with_columns(five=rows % 5, four=rows % 4)
    table = replace(table, frame=frame)
    assert _num_folds(table, SplitConfig(**split), CompareConfig()) == expected
    assert _num_folds(table, SplitConfig(**split), CompareConfig(folds=7)) == 7


def test_strategies_are_checked():
    with pytest.raises((UnknownNameError, ConfigError), match="film"):
        checked_options(CompareConfig, {"strategies": ("flim",)}, "a comparison")
    with pytest.raises(ConfigError, match="at least one fusion"):
        checked_options(CompareConfig, {"strategies": ("none",)}, "a comparison")
    everything = CompareConfig(strategies=("all",)).strategies
    assert "film" in everything
    assert "none" not in everything
    assert CompareConfig(strategies=("none", "film", "film")).strategies == ("film",)


def test_trainings_come_back_from_the_disk_as_they_were(tmp_path):
    figures = {"val": np.eye(3)[[0, 1]], "test": np.full((4, 3), 1 / 3)}
    unit = Unit("metadata shuffled", 1, 2, figures, 3.5, 4, 100, 0.2, [{"loss": 1.0}])
    number = Unit("trees", 0, 0, {"val": np.ones(2), "test": np.arange(3.0)})
    bad = failed(number)
    kept = Units(tmp_path)
    for one in (unit, number, replace(bad, arm="film")):
        kept.add(one)
    again = Units(tmp_path)
    assert len(again.finished) == 3
    found = again.get("metadata shuffled", 1, 2)
    for part in ("val", "test"):
        np.testing.assert_array_equal(found.figures[part], figures[part])
    assert replace(found, figures={}) == replace(unit, figures={})
    assert again.get("trees", 0, 0).figures["test"].shape == (3,)
    assert again.get("film", 0, 0).failed == "it does not fit"
    assert again.get("film", 0, 1) is None


def test_a_round_that_was_not_finished_loses_as_little_as_it_can():
    assert _rectangle({0: (0, 1, 2), 1: (0,)}) == {0: (0, 1, 2)}
    assert _rectangle({0: (0, 1), 1: (0, 1), 2: (0,)}) == {0: (0, 1), 1: (0, 1)}
    assert _rectangle({0: (0, 1), 1: (0,), 2: (0,)}) == {0: (0,), 1: (0,), 2: (0,)}
    assert _rectangle({}) == {}


def test_the_weaker_half_of_the_fusions_stops(made_up):
    case = made_up(dict.fromkeys([a.name for a in arms_of(("film", "concat"))], 0.6))
    units = Units()
    names = ("film", "concat", "gated", "attend", "prior")
    folds = case.scores.folds
    truth = {p: case.scores.truth(0, p) for p in ("val", "test")}
    for number, name in enumerate(names):
        share = 0.5 + number / 10
        figures = {
            p: answers(t, np.arange(len(t)) < share * len(t)) for p, t in truth.items()
        }
        units.add(Unit(name, 0, 0, figures))
        # Later folds must not change what is stopped when a comparison goes on.
        units.add(Unit(name, 1, 0, {p: f[::-1] for p, f in figures.items()}))
    work = Work(arms_of(names), folds, None, "accuracy", units, print)
    work.config = SimpleNamespace(split=SplitConfig())
    _halve(work, WANTED, 1)
    assert work.stopped == {"film", "concat"}
    assert work.notes["film"] == ["stopped after 1 of 5 folds (successive halving)"]


def test_an_arm_that_failed_counts_nowhere(made_up):
    case = made_up(dict.fromkeys([a.name for a in arms_of(("film", "concat"))], 0.6))
    for key, unit in list(case.units.finished.items()):
        if unit.arm == "concat":
            case.units.finished[key] = failed(unit)
    results = {r.name: r for r in case.results()}
    assert results["concat"].score is None
    assert results["concat"].notes == ("it does not fit",)
    assert results["film"].p_adjusted == results["film"].p


def test_a_stack_of_two_that_know_different_rows_beats_both():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 600)
    knows = rng.random(600) < 0.5

    def unit(name, known):
        sure = np.where(known[:, None], 0.02 + 0.94 * np.eye(3)[truth], 1 / 3)
        return Unit(name, 0, 0, {"val": sure, "test": sure}, parameters=10)

    both = stack_units(unit("a", knows), unit("b", ~knows), truth, "multiclass")
    assert both.arm == "stack"
    assert both.parameters == 20
    for part in ("val", "test"):
        assert (both.figures[part].argmax(axis=1) == truth).all()
        np.testing.assert_allclose(both.figures[part].sum(axis=1), 1)


def test_the_best_arm_is_stacked_with_the_one_that_knows_what_it_does_not(made_up):
    right = dict.fromkeys([a.name for a in arms_of(("film", "concat"))], 0.6)
    case = made_up({**right, "film": 0.8, "concat": 0.79}, num_folds=3, seeds=2)
    luck = np.random.default_rng(0).random(1500)  # above 0.8, film is wrong
    for (arm, fold, seed), unit in list(case.units.finished.items()):
        if arm == "trees":
            prepared = case.scores.folds[fold]
            figures = {}
            for part in ("val", "test"):
                knows = luck[prepared.split.indices(part)] > 0.75
                sure = 0.02 + 0.94 * np.eye(3)[case.scores.truth(fold, part)]
                figures[part] = np.where(knows[:, None], sure, 1 / 3)
            unit = replace(unit, figures=figures)
            case.units.finished[arm, fold, seed] = unit
    assert case.scores.mean("trees", "val") < case.scores.mean("concat", "val")
    said = add_stack(case.scores, ["none", "trees", "concat", "film"])
    assert said == "of film and trees"
    assert case.scores.mean("stack", "test") > case.scores.mean("film", "test") + 0.1
    assert len([key for key in case.units.finished if key[0] == "stack"]) == 6


def test_a_partner_is_chosen_by_one_seed_of_each_fold(made_up, monkeypatch):
    right = dict.fromkeys([a.name for a in arms_of(("film", "concat"))], 0.6)
    case = made_up(right, num_folds=3, seeds=2)
    fitted = []

    def counted(figures, truth, task):
        fitted.append(len(truth))
        return cross_fitted(figures, truth, task)

    monkeypatch.setattr(_stack, "cross_fitted", counted)
    assert add_stack(case.scores, ["none", "trees", "concat", "film"])
    assert len(fitted) == 3 * 3 + 3 * 2  # three partners, then the stack itself


def test_one_arm_is_no_stack(made_up):
    right = dict.fromkeys([a.name for a in arms_of(("film", "concat"))], 0.6)
    case = made_up(right, num_folds=1, seeds=1)
    assert add_stack(case.scores, ["film"]) == ""
    assert not case.scores.blocks("stack")


def test_a_stack_of_numbers_is_their_best_linear_mixture():
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=(2, 200))
    truth = 2 * first - 0.5 * second + 3
    one = Unit("a", 0, 0, {"val": first, "test": first[:7]})
    other = Unit("b", 0, 0, {"val": second, "test": second[:7]})
    both = stack_units(one, other, truth, "regression")
    np.testing.assert_allclose(both.figures["val"], truth, atol=1e-9)
    np.testing.assert_allclose(both.figures["test"], truth[:7], atol=1e-9)


def frozen(**more):
    still = {"horizontal_flip": False, "shift": 0}
    return make_config({"train": {"backbone": "frozen"}, "augment": still, **more})


@pytest.mark.parametrize(
    ("config", "fusion", "stages"),
    [
        (frozen(), "film", (-1,)),  # the default fusion too
        (frozen(), "excite", (-1,)),
        (frozen(), "attend", None),  # acts late by itself
        (frozen(), "concat", None),
        (frozen(network={"fusion_options": {"stages": [0]}}), "film", [0]),
        (frozen(augment={}), "film", None),  # changed pictures share no maps
        (make_config({}), "film", None),
    ],
)
def test_fusions_act_where_the_shared_maps_end(config, fusion, stages):
    chosen = with_fusion(config, fusion).network
    assert chosen.fusion == fusion
    assert chosen.fusion_options.get("stages") == stages


def test_options_of_one_fusion_are_not_those_of_another():
    config = make_config({"network": {"fusion_options": {"units": 8}}})
    assert with_fusion(config, "film").network.fusion_options == {"units": 8}
    assert with_fusion(config, "gated").network.fusion_options == {}
