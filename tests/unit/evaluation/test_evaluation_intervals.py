"""An interval of 95 % holds the truth 95 times in a hundred."""

import numpy as np
import pytest

from sidelight.evaluation import bootstrap_interval


def test_the_interval_of_a_mean_by_its_standard_error():
    right = np.repeat([1.0, 0.0], [800, 200])
    low, high = bootstrap_interval(right, num_resamples=20_000)
    reach = 1.96 * np.sqrt(0.8 * 0.2 / 1000)
    assert (low, high) == pytest.approx((0.8 - reach, 0.8 + reach), abs=0.002)
    wide = bootstrap_interval(right, level=0.99)
    assert wide[0] < low < high < wide[1]


def test_the_seed_decides():
    values = np.random.default_rng(0).normal(size=50)
    assert bootstrap_interval(values) == bootstrap_interval(values)
    assert bootstrap_interval(values) != bootstrap_interval(values, seed=1)


def test_constant_values_leave_no_doubt():
    assert bootstrap_interval(np.ones(9)) == (1, 1)


def test_rows_of_one_cluster_count_as_one():
    values = np.tile([1.0, 0.0, 1.0, 1.0, 0.0], 8)
    clusters = np.tile(["p", "q", "r", "s", "t"], 8)
    by_row = bootstrap_interval(values)
    by_cluster = bootstrap_interval(values, clusters=clusters)
    assert by_cluster == bootstrap_interval(values[:5])
    assert by_cluster[1] - by_cluster[0] > 2 * (by_row[1] - by_row[0])


def test_alike_and_unlike_rows_are_resampled_alike():
    # Two sorts of rows are counted, hundreds of sorts are drawn one by one.
    right = np.repeat([1.0, 0.0], [700, 300])
    unlike = right + np.linspace(0, 1e-6, 1000)
    counted = bootstrap_interval(right, num_resamples=20_000)
    drawn = bootstrap_interval(unlike, num_resamples=20_000)
    assert counted == pytest.approx(drawn, abs=0.002)


def coverage(draw, truth, num_trials=1000):
    rng = np.random.default_rng(11)
    held = 0
    for trial in range(num_trials):
        values, clusters = draw(rng)
        low, high = bootstrap_interval(
            values, clusters=clusters, num_resamples=600, seed=trial
        )
        held += low <= truth <= high
    return held / num_trials


def test_coverage_over_rows():
    share = coverage(lambda rng: ((rng.random(300) < 0.7).astype(float), None), 0.7)
    assert 0.93 <= share <= 0.97


def test_coverage_of_a_mean_error():
    # Absolute errors of a normal prediction: skewed, no two alike; mean sqrt(2/pi).
    def errors(rng):
        return np.abs(rng.normal(size=200)), None

    share = coverage(errors, np.sqrt(2 / np.pi), num_trials=600)
    assert 0.93 <= share <= 0.97


def patients(rng):
    """150 patients of 1 to 5 rows; what is right of one is mostly right of all."""
    sizes = rng.integers(1, 6, 150)
    skill = rng.beta(1.4, 0.6, 150)  # mean 0.7
    clusters = np.repeat(np.arange(150), sizes)
    return (rng.random(len(clusters)) < skill[clusters]).astype(float), clusters


def test_coverage_over_clusters():
    assert 0.93 <= coverage(patients, 0.7) <= 0.97


def test_taking_rows_of_clusters_for_independent_promises_too_much():
    def as_rows(rng):
        return patients(rng)[0], None

    assert coverage(as_rows, 0.7, num_trials=300) < 0.9
