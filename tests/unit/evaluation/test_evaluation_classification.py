"""Scores of classes: by hand, and equal to scikit-learn's."""

import numpy as np
import pytest
from sklearn import metrics

from sidelight.evaluation import choose_threshold, classification_metrics
from sidelight.evaluation._classification import calibration_error

ABC = ("a", "b", "c")
# Truth a a a b b c; answers a a b b b a.
TRUTH = np.array([0, 0, 0, 1, 1, 2])
PROBABILITY = np.array(
    [
        [0.8, 0.1, 0.1],
        [0.6, 0.3, 0.1],
        [0.2, 0.7, 0.1],
        [0.1, 0.9, 0.0],
        [0.2, 0.6, 0.2],
        [0.5, 0.2, 0.3],
    ]
)


def drawn(num_classes, num_rows=500, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, num_classes, num_rows)
    logits = rng.normal(size=(num_rows, num_classes))
    logits[np.arange(num_rows), truth] += 1
    probability = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return truth, probability.astype("float32")


def test_decisions_by_hand():
    scores = classification_metrics(TRUTH, PROBABILITY, ABC)
    assert scores["rows"] == 6
    assert scores["confusion_matrix"] == [[2, 1, 0], [0, 2, 0], [1, 0, 0]]
    assert scores["accuracy"] == pytest.approx(4 / 6)
    assert scores["balanced_accuracy"] == pytest.approx((2 / 3 + 1 + 0) / 3)
    # F1: a 2·2/(3+3), b 2·2/(3+2), c 0
    assert scores["macro_f1"] == pytest.approx((2 / 3 + 4 / 5 + 0) / 3)
    assert scores["per_class"] == {
        "a": {
            "support": 3,
            "sensitivity": pytest.approx(2 / 3),
            "specificity": pytest.approx(2 / 3),
        },
        "b": {"support": 2, "sensitivity": 1, "specificity": pytest.approx(3 / 4)},
        "c": {"support": 1, "sensitivity": 0, "specificity": 1},
    }


def test_log_loss_by_hand():
    scores = classification_metrics(TRUTH, PROBABILITY, ABC)
    expected = -np.log([0.8, 0.6, 0.2, 0.9, 0.6, 0.3]).mean()
    assert scores["log_loss"] == pytest.approx(expected)


def test_ranking_by_hand():
    truth = np.array([0, 0, 1, 1])
    second = np.array([0.1, 0.4, 0.35, 0.8])
    scores = classification_metrics(truth, np.stack([1 - second, second], 1), "ny")
    assert scores["roc_auc"] == 0.75  # 3 of 4 pairs in order
    assert scores["pr_auc"] == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


def test_calibration_error_by_hand():
    # Three rows in the bin of .6 to .667: two right; one sure and wrong row.
    probability = np.array([[0.62, 0.38], [0.36, 0.64], [0.65, 0.35], [0.0, 1.0]])
    truth = np.array([0, 1, 1, 0])
    gap = abs(2 / 3 - (0.62 + 0.64 + 0.65) / 3)
    expected = 3 / 4 * gap + 1 / 4 * 1.0
    assert calibration_error(truth, probability) == pytest.approx(expected)


def test_calibrated_answers_have_almost_no_calibration_error():
    rng = np.random.default_rng(0)
    second = rng.uniform(0, 1, 100_000)
    truth = (rng.uniform(0, 1, 100_000) < second).astype(int)
    probability = np.stack([1 - second, second], axis=1)
    assert calibration_error(truth, probability) < 0.01
    sharper = probability**3 / (probability**3).sum(axis=1, keepdims=True)
    assert calibration_error(truth, sharper) > 0.1


@pytest.mark.parametrize("num_classes", [2, 3, 7])
def test_equal_to_scikit_learn(num_classes):
    truth, probability = drawn(num_classes)
    names = [f"c{i}" for i in range(num_classes)]
    scores = classification_metrics(truth, probability, names)
    answer = probability.argmax(axis=1)
    wide = probability.astype(float)
    wide /= wide.sum(axis=1, keepdims=True)
    expected = {
        "accuracy": metrics.accuracy_score(truth, answer),
        "balanced_accuracy": metrics.balanced_accuracy_score(truth, answer),
        "macro_f1": metrics.f1_score(truth, answer, average="macro"),
        "log_loss": metrics.log_loss(truth, wide),
    }
    if num_classes == 2:
        expected["roc_auc"] = metrics.roc_auc_score(truth, wide[:, 1])
        expected["pr_auc"] = metrics.average_precision_score(truth, wide[:, 1])
    else:
        expected["roc_auc"] = metrics.roc_auc_score(truth, wide, multi_class="ovr")
        expected["pr_auc"] = metrics.average_precision_score(truth, wide)
    for name, value in expected.items():
        assert scores[name] == pytest.approx(value, rel=1e-5), name
    recall = metrics.recall_score(truth, answer, average=None)
    told = [scores["per_class"][name]["sensitivity"] for name in names]
    assert told == pytest.approx(recall.tolist())


def test_a_class_that_does_not_occur_is_left_out_of_means():
    kept = TRUTH != 2
    scores = classification_metrics(TRUTH[kept], PROBABILITY[kept], ABC)
    assert scores["per_class"]["c"] == {
        "support": 0,
        "sensitivity": None,
        "specificity": 1,
    }
    assert scores["balanced_accuracy"] == pytest.approx((2 / 3 + 1) / 2)
    # F1: a 2·2/(3+2), b 2·2/(2+3); c is neither true nor answered.
    assert scores["macro_f1"] == pytest.approx((4 / 5 + 4 / 5) / 2)
    pairs = [
        metrics.roc_auc_score(TRUTH[kept] == i, PROBABILITY[kept][:, i]) for i in (0, 1)
    ]
    assert scores["roc_auc"] == pytest.approx(np.mean(pairs))


@pytest.mark.parametrize("num_classes", [2, 3])
def test_one_class_alone_defines_no_ranking(num_classes):
    truth, probability = drawn(num_classes)
    rows = truth == 1
    names = [f"c{i}" for i in range(num_classes)]
    scores = classification_metrics(truth[rows], probability[rows], names)
    assert scores["roc_auc"] is None
    assert scores["pr_auc"] is None
    assert scores["per_class"]["c1"]["specificity"] is None
    assert scores["log_loss"] > 0


def test_a_sure_wrong_answer_is_costly_but_finite():
    scores = classification_metrics(np.array([0, 1]), np.eye(2)[::-1], "ab")
    assert 10 < scores["log_loss"] < 1000
    assert scores["calibration_error"] == 1


def test_the_threshold_that_balances_best_lies_between_neighbours():
    truth = np.array([0, 0, 0, 0, 1, 1])
    second = np.array([0.05, 0.1, 0.15, 0.3, 0.2, 0.4])
    # From .2 on: both positives, one of four negatives; from .4 on: half, none.
    assert choose_threshold(truth, second) == pytest.approx(0.175)


def test_the_threshold_is_the_best_of_all_there_are():
    truth, probability = drawn(2, 60)
    second = probability[:, 1]

    def balanced(cut):
        return metrics.balanced_accuracy_score(truth, second >= cut)

    chosen = choose_threshold(truth, second)
    assert balanced(chosen) == max(balanced(cut) for cut in second)


@pytest.mark.parametrize("upper", [1.0, 0.5])
def test_a_threshold_between_neighbouring_float32_parts_them(upper):
    # A saturated network gives 1 - 6e-8 and 1: there is no float32 between.
    high = np.float32(upper)
    low = np.nextafter(high, np.float32(0))
    second = np.array([low, high, low, high], dtype=np.float32)
    truth = np.array([0, 1, 0, 1])
    chosen = choose_threshold(truth, second)
    assert (second >= chosen).tolist() == [False, True, False, True]


def test_thresholds_at_the_ends():
    assert choose_threshold(np.array([1, 1]), np.array([0.2, 0.9])) == 0.5
    assert choose_threshold(np.array([0, 1]), np.array([0.4, 0.8])) == pytest.approx(
        0.6
    )
    upside_down = choose_threshold(np.array([0, 1]), np.array([0.8, 0.2]))
    assert 0 <= upside_down <= 1
    # Sure and wrong: calling every row positive is better than calling just that one.
    sure = np.array([1.0, 0.2])
    chosen = choose_threshold(np.array([0, 1]), sure)
    assert (sure >= chosen).tolist() == [True, True]


def test_a_threshold_gives_scores_of_its_own():
    truth = np.array([0, 0, 1, 1])
    second = np.array([0.1, 0.25, 0.3, 0.9])
    probability = np.stack([1 - second, second], axis=1)
    scores = classification_metrics(truth, probability, "ab", threshold=0.3)
    assert scores["accuracy"] == 0.75
    assert scores["threshold"] == 0.3
    assert scores["at_threshold"]["accuracy"] == 1
    assert scores["at_threshold"]["confusion_matrix"] == [[2, 0], [0, 2]]
    three = classification_metrics(TRUTH, PROBABILITY, ABC, threshold=0.3)
    assert "at_threshold" not in three
