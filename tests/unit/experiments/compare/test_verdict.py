"""The verdict on trainings whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sidelight.evaluation import Interval
from sidelight.experiments.compare._leaks import leak_signs, share_of_columns
from sidelight.experiments.compare._second import SecondSplit, vanishing
from sidelight.experiments.compare._verdict import best_fusion, judge
from sidelight.experiments.compare._words import change
from sidelight.schema import Column
from sidelight.workflow import make_config, prepare_folds

USUAL = {
    "none": 0.6,
    "metadata": 0.5,
    "trees": 0.5,
    "film": 0.7,
    "concat": 0.65,
    "metadata shuffled": 0.6,
    "images shuffled": 0.5,
}


def verdict_of(case, margin=0.01):
    results = case.results()
    return judge(results, case.scores, leak_signs(results, case.scores, {}), margin)


def test_a_gain_beyond_luck_helps(made_up):
    verdict = verdict_of(made_up(USUAL))
    assert verdict.word == "helps"
    assert verdict.fusion == "film"
    assert verdict.figures["gain"] == pytest.approx(0.1, abs=0.02)
    assert verdict.sentences[0].startswith("The metadata helps. Film reaches ")
    assert "the pictures add to it" in verdict.sentences[2]
    assert verdict.line.startswith("verdict: helps fusion=film metric=accuracy gain=0.")


def test_no_gain_with_enough_rows_does_not_help(made_up):
    case = made_up({**USUAL, "film": 0.6, "concat": 0.6}, num_rows=6000)
    verdict = verdict_of(case, margin=0.02)
    assert verdict.word == "does-not-help"
    assert "can be ruled out" in verdict.sentences[0]


def test_no_gain_with_few_rows_is_undecided(made_up):
    same = {**USUAL, "film": 0.61, "concat": 0.6}
    case = made_up(same, num_rows=90, num_folds=3, seeds=1, own=0.5)
    verdict = verdict_of(case)
    assert verdict.word == "undecided"
    assert "would often be missed" in verdict.sentences[0]


def test_a_handful_of_test_rows_allows_no_verdict(made_up):
    case = made_up({**USUAL, "film": 1.0, "none": 0.0}, num_rows=24, num_folds=3, own=0)
    verdict = verdict_of(case)
    assert verdict.word == "undecided"
    assert verdict.sentences[0] == "There are 24 test rows, too few for a verdict."


def test_a_gain_that_shuffled_metadata_gives_too_is_none(made_up):
    verdict = verdict_of(made_up({**USUAL, "metadata shuffled": 0.7}))
    assert verdict.word == "undecided"
    assert "would not come from what the metadata says" in verdict.sentences[1]


def test_metadata_that_is_nearly_perfect_is_suspected(made_up):
    verdict = verdict_of(made_up({**USUAL, "trees": 0.99, "metadata": 0.98}))
    assert verdict.word == "suspected-leak"
    assert any("nearly perfect" in s for s in verdict.sentences)


def test_metadata_that_holds_on_validation_rows_only_is_suspected(made_up):
    lasting = {"trees": 0.95, "metadata": 0.95, "film": 0.95, "concat": 0.9}
    verdict = verdict_of(made_up(USUAL, val_right=lasting, num_folds=1))
    assert verdict.word == "suspected-leak"
    assert any("not elsewhere" in s for s in verdict.sentences)


def test_validation_rows_choose_the_fusion_and_test_rows_do_not(made_up):
    case = made_up(USUAL, val_right={"film": 0.5, "concat": 0.9})
    assert best_fusion(case.results()).name == "concat"


def test_a_gain_that_is_gone_with_a_stricter_split_is_a_sign():
    gain = Interval(0.2, 0.15, 0.25, 0.02, 10, "rows")
    score = Interval(0.6, 0.5, 0.7, 0.05, 10, "rows")

    def second(mean, high):
        return SecondSplit(
            "grouped",
            "site",
            score,
            score,
            Interval(mean, -0.02, high, 0.02, 5, "rows"),
        )

    sign = vanishing(gain, second(0.01, 0.05), "accuracy")
    assert sign is not None
    assert sign.suspected
    assert "grouped split by site" in sign.sentence
    assert vanishing(gain, second(0.12, 0.2), "accuracy") is None
    assert (
        vanishing(gain, second(0.05, 0.11), "accuracy") is None
    )  # too uncertain to say so


def test_the_column_that_carries_everything_is_named(made_up):
    prepared = made_up(USUAL, num_folds=1).scores.folds[0]
    shares = share_of_columns(prepared, "accuracy")
    assert shares["tells"] > 0.9
    assert abs(shares["noise"]) < 0.1


def test_two_columns_that_hold_the_same_answer_are_both_named(made_up):
    prepared = made_up(USUAL, num_folds=1).scores.folds[0]
    rows = prepared.table
    twice = rows.frame.with_columns(again=rows.frame["tells"])
    extra = Column(name="again", kind="numeric", sources=("again",))
    columns = (*rows.schema.columns, extra)
    schema = rows.schema.model_copy(update={"columns": columns})
    table = replace(rows, frame=twice, schema=schema)
    both = prepare_folds(table, make_config({}), 1, progress=False)[0]
    shares = share_of_columns(both, "accuracy")
    assert min(shares["tells"], shares["again"]) > 0.9
    assert abs(shares["noise"]) < 0.1


def test_corrected_probabilities_are_never_smaller(made_up):
    for result in made_up(USUAL).results():
        if result.role == "fusion":
            assert result.p_adjusted >= result.p
        else:
            assert result.p_adjusted is None


def test_points_and_other_units():
    gain = Interval(0.052, 0.031, 0.073, 0.01, 10, "rows")
    assert change(gain, "accuracy") == "+5.2 points (+3.1 to +7.3)"
    assert change(gain, "r2") == "+0.052 (+0.031 to +0.073)"


def test_scores_are_the_metric(made_up):
    case = made_up(USUAL)
    right = [
        (u.figures["test"].argmax(axis=1) == case.scores.truth(u.fold, "test")).mean()
        for u in case.units.finished.values()
        if u.arm == "film"
    ]
    assert case.scores.of("film").mean == pytest.approx(np.mean(right), abs=1e-6)


def test_where_nothing_is_learned_nothing_is_ruled_out(made_up):
    chance = dict.fromkeys(USUAL, 0.3)
    verdict = verdict_of(made_up(chance, num_rows=6000), margin=0.05)
    assert verdict.word == "undecided"
    assert verdict.sentences[0].startswith("No arm is better than the same answer")
    assert "ruled out" not in " ".join(verdict.sentences)


def test_the_floor_is_one_answer_for_all_rows(made_up):
    scores = made_up(USUAL).scores
    right = []
    for fold in scores.folds:
        usual = np.bincount(fold.truth("train")).argmax()
        right += (fold.truth("test") == usual).tolist()
    assert scores.floor() == pytest.approx(np.mean(right))
