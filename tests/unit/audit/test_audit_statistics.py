"""Tests and skills whose values are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency, ks_2samp

from sidelight.audit._foretell import Answer, fixed_share, foretold
from sidelight.audit._statistics import cramer, holm, kolmogorov, table_of


def classes(codes, num=None):
    names = tuple(f"c{i}" for i in range(num or int(max(codes)) + 1))
    return Answer(np.asarray(codes), np.empty(0), names)


def amounts(values):
    ranks = np.argsort(np.argsort(values)) / len(values)
    return Answer(np.empty(0, np.int64), ranks)


def test_holm_is_the_textbooks():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


def test_pearsons_test_is_scipys_and_the_effect_has_its_ends():
    counts = np.array([[30, 12, 9], [14, 40, 22]])
    assert cramer(counts).p == pytest.approx(chi2_contingency(counts).pvalue)
    same = np.repeat(np.arange(4), 100)
    assert cramer(table_of(same, same)).effect == pytest.approx(1, abs=0.01)
    rng = np.random.default_rng(0)
    many = rng.integers(0, 60, 3000), rng.integers(0, 5, 3000)
    assert cramer(table_of(*many)).effect < 0.03
    assert cramer(np.array([[5, 0], [7, 0]])).p == 1


def test_codes_that_are_missing_do_not_count():
    counts = table_of(np.array([0, 1, -1, 1]), np.array([1, 0, 0, -1]))
    assert counts.tolist() == [[0, 1], [1, 0]]


def test_kolmogorovs_distance_is_scipys():
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=400), rng.normal(0.3, 1.2, size=300).round(1)
    ours = kolmogorov(first, second)
    theirs = ks_2samp(first, second, method="asymp")
    assert ours.effect == pytest.approx(theirs.statistic)
    assert np.log(ours.p) == pytest.approx(np.log(theirs.pvalue), rel=0.05)
    assert kolmogorov(first, np.empty(0)).effect == 0


def test_a_code_of_the_class_has_skill_one_and_luck_has_none():
    rng = np.random.default_rng(2)
    codes = rng.integers(0, 5, 1000)
    assert foretold(codes, classes(codes)).value == 1
    assert abs(foretold(rng.integers(0, 30, 1000), classes(codes)).value) < 0.06
    assert foretold(rng.permutation(1000), classes(codes)).value <= 0.01


def test_half_the_doubt_left_is_half_the_skill():
    rng = np.random.default_rng(3)
    codes = rng.integers(0, 2, 20_000)
    said = np.where(rng.random(20_000) < 0.5, codes, rng.integers(0, 2, 20_000))
    skill = foretold(said, classes(codes))
    assert skill.value == pytest.approx(0.5, abs=0.02)
    assert skill.low < skill.value < skill.low + 0.05


def test_a_mark_on_a_rare_class_is_seen_beside_a_large_one():
    codes = (np.arange(4000) % 100 == 0).astype(np.int64)
    marked = np.maximum(codes, np.arange(4000) % 100 == 1)
    # Every other marked row is not of the class: right answers gain nothing.
    assert foretold(marked, classes(codes)).value > 0.9


def test_amounts_are_judged_by_their_ranks():
    rng = np.random.default_rng(4)
    values = np.exp(rng.normal(0, 3, 3000))  # a tail that would decide
    levels = np.argsort(np.argsort(values)) // 50
    assert foretold(levels, amounts(values)).value > 0.99
    assert foretold(rng.permutation(levels), amounts(values)).value < 0.05


def test_rows_without_an_answer_are_left_out():
    codes = np.array([0, 1] * 100)
    levels = codes.copy()
    levels[::5] = 1 - levels[::5]
    known = np.where(np.arange(200) % 5 == 0, -1, codes)
    assert foretold(levels, classes(known, 2)).value == 1


def test_the_share_that_a_level_fixes_is_counted():
    rng = np.random.default_rng(5)
    codes = rng.integers(0, 3, 900)
    levels = rng.integers(0, 2, 900)
    levels[(codes == 1)] = 2
    assert fixed_share(levels, classes(codes)) == pytest.approx((codes == 1).mean())
    assert fixed_share(rng.integers(0, 40, 900), classes(codes)) == 0
    # Nearly all rows answer alike: levels of one class are no surprise.
    alike = (rng.random(900) < 0.02).astype(np.int64)
    assert fixed_share(rng.integers(0, 40, 900), classes(alike, 2)) == 0
