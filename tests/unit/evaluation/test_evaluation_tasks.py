"""Scores of label sets, ordered classes and several targets, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from sidelight.errors import InputError
from sidelight.evaluation import (
    METRICS_OF,
    evaluate,
    find_label_noise,
    primary_metric,
    row_scores,
)

TRUE = np.array([[1, 0, 1], [0, 0, 0], [0, 1, 0], [1, 1, 0]], dtype=np.float32)
SAID = np.array(
    [[0.9, 0.2, 0.4], [0.1, 0.3, 0.6], [0.2, 0.8, 0.1], [0.7, 0.6, 0.3]], np.float64
)
LABELS = ["a", "b", "c"]


def test_label_scores_by_hand():
    scores = evaluate(TRUE, SAID, LABELS, task="multilabel")
    # Said: a of rows 1 and 4, b of rows 3 and 4, c of row 2 only, which is wrong.
    assert scores["hamming_loss"] == pytest.approx(2 / 12)
    assert scores["exact_match"] == 0.5
    assert scores["micro_f1"] == pytest.approx(2 * 4 / (2 * 4 + 2))
    assert scores["macro_f1"] == pytest.approx((1 + 1 + 0) / 3)
    assert scores["mean_average_precision"] == pytest.approx((1 + 1 + 0.5) / 3)
    assert scores["label_ranking"] == 1
    each = scores["per_label"]["c"]
    assert (each["support"], each["precision"], each["recall"]) == (1, 0, 0)
    assert scores["log_loss"] == pytest.approx(
        np.mean([metrics.log_loss(TRUE[:, i], SAID[:, i]) for i in range(3)])
    )


def test_label_scores_are_scikit_learns():
    rng = np.random.default_rng(0)
    truth = (rng.random((300, 5)) < 0.3).astype(np.float32)
    said = np.round(rng.random((300, 5)), 1)  # with ties
    scores = evaluate(truth, said, list("abcde"), task="multilabel")
    ranking = metrics.label_ranking_average_precision_score(truth, said)
    assert scores["label_ranking"] == pytest.approx(ranking)
    assert row_scores("label_ranking", truth, said).mean() == pytest.approx(ranking)
    for name, average in (("micro_f1", "micro"), ("macro_f1", "macro")):
        expected = metrics.f1_score(truth, said >= 0.5, average=average)
        assert scores[name] == pytest.approx(expected)
    assert scores["mean_average_precision"] == pytest.approx(
        metrics.average_precision_score(truth, said)
    )


def test_a_label_of_no_row_has_no_score_and_spoils_no_mean():
    truth = TRUE.copy()
    truth[:, 2] = 0
    scores = evaluate(truth, SAID, LABELS, task="multilabel")
    assert scores["per_label"]["c"]["average_precision"] is None
    assert scores["mean_average_precision"] == 1
    nothing = evaluate(np.zeros((2, 3)), np.zeros((2, 3)), LABELS, task="multilabel")
    assert nothing["mean_average_precision"] is None
    assert nothing["micro_f1"] is None
    assert (nothing["hamming_loss"], nothing["exact_match"]) == (0, 1)


def test_of_ordered_classes_it_counts_how_far_off_an_answer_is():
    truth = np.array([0, 1, 2, 3])
    near = np.eye(4)[[1, 1, 2, 3]]
    far = np.eye(4)[[3, 1, 2, 3]]
    names = list("abcd")
    one, other = (evaluate(truth, p, names, task="ordinal") for p in (near, far))
    assert one["accuracy"] == other["accuracy"] == 0.75
    assert (one["rank_mae"], other["rank_mae"]) == (0.25, 0.75)
    # 1 - sum of squared distances / the same of independent answers.
    squares = (np.array([1, 1, 2, 3])[:, None] - truth[None, :]) ** 2
    assert one["quadratic_kappa"] == pytest.approx(1 - 1 / (squares.sum() / 4))
    assert other["quadratic_kappa"] < one["quadratic_kappa"]
    assert row_scores("rank_mae", truth, far).tolist() == [-3, 0, 0, 0]
    alike = evaluate(np.zeros(3, int), np.eye(4)[[0, 0, 0]], names, task="ordinal")
    assert alike["quadratic_kappa"] is None


def test_several_targets_are_scored_each_and_on_average():
    truth = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]])
    said = truth + np.array([[0.0, 3.0], [0.0, -3.0], [1.0, 0.0]])
    scores = evaluate(truth, said, ["y", "z"], task="regression")
    assert scores["per_target"]["y"]["mae"] == pytest.approx(1 / 3)
    assert scores["per_target"]["z"]["r2"] == pytest.approx(1 - 18 / 200)
    assert scores["r2"] == pytest.approx((1 - 1 / 2 + 1 - 18 / 200) / 2)
    assert scores["mae"] == pytest.approx((1 / 3 + 2) / 2)
    assert row_scores("r2", truth, said).mean() == pytest.approx(scores["r2"])
    assert row_scores("mae", truth, said).mean() == pytest.approx(-scores["mae"])
    with pytest.raises(InputError, match="same in every row"):
        row_scores("r2", np.ones((3, 2)), said)


def test_every_task_has_a_metric_to_rank_by():
    assert primary_metric("multilabel", TRUE) == "label_ranking"
    assert primary_metric("ordinal", np.array([0, 1, 2])) == "rank_mae"
    assert primary_metric("regression", np.array([[1.0, 2], [3, 4]])) == "r2"
    assert primary_metric("regression", np.array([[1.0, 2], [1, 4]])) == "mae"
    assert all(METRICS_OF.values())


def planted(rng, num_rows=600, num_wrong=30):
    """Return given labels of which some are wrong, and fair probabilities."""
    truth = rng.integers(0, 3, num_rows)
    logits = 3.0 * np.eye(3)[truth] + rng.normal(size=(num_rows, 3))
    probability = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    given = truth.copy()
    wrong = rng.choice(num_rows, num_wrong, replace=False)
    given[wrong] = (given[wrong] + rng.integers(1, 3, num_wrong)) % 3
    return given, truth, wrong, probability


def test_planted_wrong_labels_are_found_and_come_first():
    given, truth, wrong, probability = planted(np.random.default_rng(0))
    found = find_label_noise(given, probability, ["x", "y", "z"])
    planted_found = set(found["at"]) & set(wrong.tolist())
    # Only answers as sure as the class's average count, so some are left.
    assert len(planted_found) >= 18
    assert found.height < 40
    first = found.head(20)
    assert np.isin(first["at"], wrong).mean() >= 0.9
    right = [("x", "y", "z")[truth[at]] == said
             for at, said in first.select("at", "likely").iter_rows()]  # fmt: skip
    assert np.mean(right) >= 0.9
    margin = first["probability_given"] - first["probability_likely"]
    assert margin.is_sorted()
    assert (margin < 0).all()


def test_clean_labels_are_left_alone():
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 3, 300)
    probability = 0.05 + 0.85 * np.eye(3)[truth]
    assert find_label_noise(truth, probability, list("xyz")).height == 0


def test_a_class_that_is_never_sure_is_not_held_against_its_rows():
    # Rows of class y all look like x at 60 %; x's own rows do at 95 %.
    truth = np.array([0] * 50 + [1] * 50)
    first = np.where(truth == 0, 0.95, 0.6)
    probability = np.stack([first, 1 - first], axis=1)
    assert find_label_noise(truth, probability, ["x", "y"]).height == 0


def test_a_label_of_a_set_is_judged_by_itself():
    rng = np.random.default_rng(2)
    truth = (rng.random((200, 2)) < 0.5).astype(np.float32)
    probability = np.clip(truth * 0.9 + 0.05 + rng.normal(0, 0.02, (200, 2)), 0, 1)
    truth[7, 1] = 1 - truth[7, 1]
    found = find_label_noise(truth, probability, ["fire", "smoke"])
    assert found["at"].to_list() == [7]
    assert set(found.select("given", "likely").row(0)) == {"smoke", "not smoke"}
