"""An interval holds the truth 95 times in a hundred, whichever luck there is."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sidelight.errors import InputError
from sidelight.evaluation import (
    Interval,
    bootstrap_interval,
    detectable_difference,
    holm,
    mean_interval,
    p_value,
)


def fold(*seeds):
    return np.array(seeds, dtype=float)


def interval(mean=0.0, error=1.0, dof=4.0):
    return Interval(mean, -math.inf, math.inf, error, dof, "rows")


# What follows is worked out by hand.


def test_rows_alone():
    found = mean_interval([fold([1, 1, 1, 0])])
    # Squared residuals 3/16 + 9/16, times 4/3, over 4 rows squared.
    assert (found.mean, found.error, found.dof) == (0.75, 0.25, 3)
    assert found.covers == "rows"


def test_rows_of_a_cluster_count_as_one():
    scores, clusters = fold([1, 0, 1, 0, 1, 0]), np.array(list("abacbc"))
    # The clusters' sums are 2, 1 and 0 of two rows each; residuals 1, 0 and -1.
    found = mean_interval([scores], [clusters])
    assert (found.mean, found.dof) == (0.5, 2)
    assert found.error**2 == pytest.approx(2 * (3 / 2) / 6**2)


def test_seeds_without_rows_of_their_own():
    # Rows -3, 0 and 3; seeds 1 and -1; nothing that differs from seed to seed.
    found = mean_interval([fold([-2, 1, 4], [-4, -1, 2])])
    assert found.covers == "rows and seeds"
    # Rows: 18 * (3/2) / 9 = 3. Seeds: 2 / 2 = 1.
    assert found.error == pytest.approx(2)
    reach = math.sqrt(4.302653**2 * 3 + 12.706205**2 * 1)
    assert stats.t.ppf(0.975, found.dof) * found.error == pytest.approx(reach)
    assert 1 < found.dof < 2


def test_what_rows_and_seeds_share_counts_once():
    # Means of the seeds 1 and 0, of the rows 1, 0, 1 and 0: both have variances of
    # their own, 1/4 and 1/12, but all of the rows' differs from seed to seed.
    found = mean_interval([fold([2, 0, 1, 1], [0, 0, 1, -1])])
    assert found.error == pytest.approx(math.sqrt(1 / 4 + 1 / 12 - 1 / 12))


def test_seeds_that_undo_each_other_in_every_row():
    # The mean of each row is 0, so the rows seem to have no luck; seeds are 1 and -1.
    found = mean_interval([fold([2, 0], [-2, 0])])
    assert (found.mean, found.error) == (0, pytest.approx(1))
    assert found.dof == pytest.approx(1)


def test_folds_contain_the_rows():
    found = mean_interval([fold([2, 0]), fold([0, -2])])
    assert found.covers == "rows, seeds and folds"
    # Means of folds 1 and -1: standard deviation sqrt(2), over sqrt(2).
    assert (found.mean, found.error) == (0, pytest.approx(1))
    assert found.dof == pytest.approx(1)
    assert (found.low, found.high) == pytest.approx((-12.706, 12.706), abs=0.5)


def test_folds_that_agree_by_chance_leave_the_luck_of_rows():
    rows = [1.0, -1.0, 1.0, 0.0]
    alike = mean_interval([fold(rows), fold(rows)])
    at_once = mean_interval([fold(rows * 2)])
    assert alike.error == at_once.error > 0
    assert (alike.low, alike.high) == (at_once.low, at_once.high)
    assert alike.dof == at_once.dof == 7


def test_p_value_by_hand():
    assert p_value(interval(mean=2)) == pytest.approx(0.1161, abs=1e-4)
    assert p_value(interval(mean=-2)) == p_value(interval(mean=2))
    assert p_value(interval(mean=1.96, dof=1e9)) == pytest.approx(0.05, abs=1e-4)
    assert p_value(interval(mean=0, error=0)) == 1
    assert p_value(interval(mean=1, error=0)) == 0


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.05, 0.01, 0.04, 0.02, 0.03]) == pytest.approx(
        [0.09, 0.05, 0.09, 0.08, 0.09]
    )
    assert holm([0.6, 0.7]) == [1, 1]
    assert holm([]) == []


def test_detectable_difference_by_hand():
    # Normal quantiles 0.8416 and 1.9600; of t with four degrees 0.9410 and 2.7764.
    assert detectable_difference(interval(dof=1e9)) == pytest.approx(2.8016, abs=1e-4)
    assert detectable_difference(interval(error=2)) == pytest.approx(7.4348, abs=1e-3)
    more = detectable_difference(interval(dof=1e9), power=0.9, level=0.99)
    assert more == pytest.approx(1.2816 + 2.5758, abs=1e-4)


# What must hold for any scores.


@st.composite
def experiments(draw):
    """Scores and clusters of one to four folds; right and wrong, or numbers."""
    num_folds, num_seeds = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**31)))
    numbers = draw(st.booleans())
    scores, clusters = [], []
    for _ in range(num_folds):
        shape = (num_seeds, int(rng.integers(4, 30)))
        values = rng.normal(size=shape) if numbers else rng.integers(-1, 2, shape)
        scores.append(values.astype(float))
        clusters.append(rng.integers(0, shape[1] // 2, shape[1]))
        clusters[-1][:2] = 0, 1
    return scores, clusters


def figures(found):
    return np.array([found.mean, found.low, found.high, found.error])


def found_for(scores, clusters, **options):
    return mean_interval(scores, clusters, num_resamples=200, **options)


@given(experiments(), st.integers(-5, 5), st.sampled_from([0.25, 2.0, -1.0]))
def test_shifted_and_scaled_scores(experiment, shift, scale):
    scores, _ = experiment
    before = found_for(scores, None)
    after = found_for([scale * fold + shift for fold in scores], None)
    low, high = sorted([scale * before.low, scale * before.high])
    assert after.mean == pytest.approx(scale * before.mean + shift, abs=1e-9)
    assert after.error == pytest.approx(abs(scale) * before.error, abs=1e-9)
    assert after.dof == pytest.approx(before.dof)
    if scale > 0:  # turned round, the bootstrap draws other rows
        assert (after.low, after.high) == pytest.approx(
            (low + shift, high + shift), abs=0.05 * (high - low)
        )


@given(experiments(), st.integers(0, 2**31))
def test_the_order_of_rows_seeds_and_folds_is_nothing(experiment, seed):
    scores, clusters = experiment
    rng = np.random.default_rng(seed)
    seeds = rng.permutation(len(scores[0]))
    rows = [rng.permutation(len(of_fold)) for of_fold in clusters]
    folds = rng.permutation(len(scores))
    moved = found_for(
        [scores[k][np.ix_(seeds, rows[k])] for k in folds],
        [clusters[k][rows[k]] for k in folds],
    )
    still = found_for(scores, clusters)
    assert moved.dof == pytest.approx(still.dof)
    reach = still.high - still.low
    assert figures(moved) == pytest.approx(figures(still), abs=1e-9 + 0.05 * reach)
    assert (moved.mean, moved.error) == pytest.approx((still.mean, still.error))


@given(experiments())
def test_an_interval_holds_its_mean_and_what_rows_alone_say(experiment):
    scores, clusters = experiment
    narrow, wide = (found_for(scores, clusters, level=x) for x in (0.8, 0.99))
    assert wide.low <= narrow.low <= narrow.mean <= narrow.high <= wide.high
    named = [k * 100 + of_fold for k, of_fold in enumerate(clusters)]
    rows = np.concatenate([of_fold.mean(axis=0) for of_fold in scores])
    low, high = bootstrap_interval(rows, clusters=np.concatenate(named), level=0.8)
    slack = 0.1 * (high - low) + 1e-9
    assert narrow.low <= low + slack
    assert high - slack <= narrow.high


@given(experiments())
def test_a_p_value_agrees_with_the_interval(experiment):
    scores, clusters = experiment
    found = found_for(scores, clusters)
    if found.error > 0:
        reach = stats.t.ppf(0.975, found.dof) * found.error
        edge = dataclasses.replace(found, mean=reach)
        assert p_value(edge) == pytest.approx(0.05)
        assert detectable_difference(found, power=0.5) == pytest.approx(reach)


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_keeps_the_order_and_lowers_nothing(p_values):
    adjusted = holm(p_values)
    assert all(p <= a <= 1 for p, a in zip(p_values, adjusted, strict=True))
    order = np.argsort(p_values)
    assert sorted(adjusted) == [adjusted[place] for place in order]
    if p_values:
        assert min(adjusted) == min(1, len(p_values) * min(p_values))


def test_clusters_of_two_folds_may_have_the_same_name():
    scores = [fold([1, 0, 1]), fold([0, 1, 1])]
    same = mean_interval(scores, [np.array([0, 0, 1])] * 2)
    other = mean_interval(scores, [np.array([0, 0, 1]), np.array([7, 7, 8])])
    assert same == other


def test_one_cluster_says_nothing_about_others():
    found = mean_interval([fold([1, 0, 1])], [np.zeros(3)])
    assert (found.low, found.high) == (-math.inf, math.inf)
    assert p_value(found) == 1
    assert detectable_difference(found) == math.inf


def test_rows_all_alike_leave_no_doubt():
    found = mean_interval([fold([0, 0, 0], [0, 0, 0])])
    assert figures(found).tolist() == [0, 0, 0, 0]
    assert p_value(found) == 1


@pytest.mark.parametrize(
    ("scores", "clusters", "problem"),
    [
        ([], None, "for each fold"),
        ([np.ones(3)], None, "for each fold"),
        ([np.ones((2, 0))], None, "for each fold"),
        ([np.ones((2, 3)), np.ones((1, 3))], None, "for each fold"),
        ([np.ones((2, 3))], [np.ones(2)], "clusters"),
        ([np.ones((2, 3))], [np.ones(3)] * 2, "clusters"),
        ([np.array([[1, np.nan]])], None, "not finite"),
    ],
)
def test_bad_input_is_refused(scores, clusters, problem):
    with pytest.raises(InputError, match=problem):
        mean_interval(scores, clusters)


# Simulations. The true difference is 2 points.

TRUTH = 0.02
DISCORDANT = 0.4  # rows that one of two methods has right and the other wrong
ALIKE = 0.6  # of the chances of a row, how many are the same for every seed
BY_CLUSTER = 0.1  # standard deviation between clusters


def simulated(rng, folds, seeds, rows, size, luck):
    """Return differences of -1, 0 and 1, and clusters of rows, fold by fold.

    Args:
        rng: Draws everything.
        folds: Number of folds.
        seeds: Trainings of each fold.
        rows: Rows of all folds.
        size: Rows of each cluster.
        luck: How much of the variance of the mean comes from trainings, each of which
            shifts all its rows; one is as much as from rows.
    """
    between = BY_CLUSTER if size > 1 else 0.0
    own = ALIKE**2 + (1 - ALIKE**2) / seeds
    of_rows = (DISCORDANT * own + between**2 * size) / rows
    shift = math.sqrt(luck * of_rows * folds * seeds)
    scores, clusters = [], []
    for _ in range(folds):
        cluster = np.arange(rows // folds) // size
        effect = rng.normal(0, between, cluster[-1] + 1)[cluster]
        difference = TRUTH + effect + rng.normal(0, shift, (seeds, 1))
        shape = (seeds, len(cluster))
        alike = rng.random(shape) < ALIKE
        chance = np.where(alike, rng.random(shape[1]), rng.random(shape))
        better = chance < (DISCORDANT + difference) / 2
        worse = chance > 1 - (DISCORDANT - difference) / 2
        scores.append(better.astype(float) - worse)
        clusters.append(cluster)
    return scores, clusters


def coverage(design, num_trials, num_resamples, find=mean_interval):
    rng = np.random.default_rng(3)
    held = 0
    for trial in range(num_trials):
        found = find(*simulated(rng, *design), num_resamples=num_resamples, seed=trial)
        held += found.low <= TRUTH <= found.high
    return held / num_trials


DESIGNS = [(1, 1), (1, 5), (5, 1), (5, 3)]


@pytest.mark.parametrize(("folds", "seeds"), DESIGNS)
def test_coverage(folds, seeds):
    # One standard deviation of a share of 500 is 1 %.
    luck = 0 if folds * seeds == 1 else 2
    assert 0.93 <= coverage((folds, seeds, 500, 20, luck), 500, 300) <= 0.97


def test_resampling_rows_alone_promises_too_much():
    def rows_alone(scores, clusters, **options):
        rows = np.concatenate([of_fold.mean(axis=0) for of_fold in scores])[None]
        return mean_interval([rows], **options)

    assert coverage((5, 1, 500, 20, 0), 200, 200, rows_alone) < 0.9  # no clusters
    assert coverage((5, 1, 500, 1, 2), 200, 200, rows_alone) < 0.85  # no folds
    assert coverage((1, 5, 500, 1, 2), 200, 200, rows_alone) < 0.85  # no seeds


def test_a_detectable_difference_is_found_as_often_as_promised():
    rng = np.random.default_rng(5)
    rows = (-1.0, 0.0, 1.0)
    null = [rng.choice(rows, (1, 200)) for _ in range(200)]
    typical = np.mean([detectable_difference(found_for([x], None)) for x in null])
    found = [p_value(found_for([x + typical], None)) < 0.05 for x in null]
    assert 0.72 <= np.mean(found) <= 0.88  # three standard deviations


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 20])
@pytest.mark.parametrize("rows", [500, 1000, 2000])
@pytest.mark.parametrize(
    ("folds", "seeds", "luck"),
    [(1, 1, 0)] + [(*design, luck) for design in DESIGNS[1:] for luck in (1, 4)],
)
def test_coverage_of_every_design(folds, seeds, luck, rows, size):
    # One standard deviation of a share of 2,000 is 0.5 %.
    assert 0.93 <= coverage((folds, seeds, rows, size, luck), 2000, 500) <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 20])
@pytest.mark.parametrize(
    ("folds", "seeds", "luck"),
    [
        *[(*design, 0) for design in DESIGNS[1:]],
        *[(1, 2, luck) for luck in (0, 1, 4)],
        *[(2, 1, luck) for luck in (0, 1, 4)],
        *[(1, 3, luck) for luck in (0, 1, 4)],
        *[(3, 1, luck) for luck in (0, 1, 4)],
    ],
)
def test_few_trainings_and_no_luck_of_training_err_on_the_wide_side(
    folds, seeds, luck, size
):
    assert 0.945 <= coverage((folds, seeds, 1000, size, luck), 2000, 500) <= 0.999
