"""The search goes on where it stopped, and ends when it should."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from sidelight.errors import ConfigError
from sidelight.experiments.tune._search import Deadline, best_of, finished
from sidelight.experiments.tune._train import Scored
from tests.unit.experiments.tune.conftest import Hunter, formula, space_of


def outcomes(trials):
    """What was drawn and found, without what depends on the clock."""
    return [
        (t.params, t.state.name, t.value, t.intermediate_values)
        for t in trials
        if t.state.is_finished() and not t.user_attrs.get("interrupted")
    ]


def test_the_first_trial_is_the_configuration_itself(hunt):
    trials, _ = hunt(2)
    assert trials[0].params["train.learning_rate"] == 2e-3
    assert trials[0].params["film.units"] == 64
    assert trials[1].params != trials[0].params


def test_each_of_several_fusions_is_tried_with_its_defaults_first(hunt):
    space = space_of(fusions=["film", "concat", "gated"])
    trials, _ = hunt(3, space=space)
    assert [t.params["fusion"] for t in trials] == ["film", "concat", "gated"]
    assert trials[1].params["concat.units"] == 128


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The trials of a search that nothing stopped."""
    return Hunter(tmp_path_factory.mktemp("whole"))(14)[0]


def test_a_search_that_goes_on_is_the_one_that_was_not_stopped(hunt, whole):
    hunt(6)
    trials, _ = hunt(14, resume=True)
    assert outcomes(trials) == outcomes(whole)
    assert {t.state.name for t in trials} == {"COMPLETE", "PRUNED"}


@pytest.mark.parametrize("at", [0, 3, 11])
def test_an_interrupted_trial_is_run_again_and_the_others_are_kept(hunt, whole, at):
    def interrupted(config, watch):
        if calls.append(1) or len(calls) == at + 1:
            raise KeyboardInterrupt
        return formula(config, watch)

    calls = []
    with pytest.raises(KeyboardInterrupt):
        hunt(14, interrupted)
    trials, lines = hunt(14, resume=True)
    assert outcomes(trials) == outcomes(whole)
    assert [line[:14] for line in lines] == [
        f"trial {n:>2} of 14" for n in range(at + 1, 15)
    ]


def test_processes_share_a_search(hunt):
    def slow(config, watch):
        time.sleep(0.01)
        return formula(config, watch)

    hunt(1)
    with ThreadPoolExecutor(2) as pool:
        for found in [pool.submit(hunt, 12, slow, resume=True) for _ in range(2)]:
            found.result()
    trials, _ = hunt(12, resume=True)
    # Whoever was at work when the twelfth was finished has finished its own.
    assert 12 <= len(trials) <= 13
    assert all(t.state.is_finished() for t in trials)
    assert len({t.params["train.learning_rate"] for t in trials}) == len(trials)


def test_a_search_with_enough_trials_runs_none(hunt):
    hunt(3)
    trials, lines = hunt(3, resume=True)
    assert len(trials) == 3
    assert lines == []


def test_a_trial_that_is_refused_has_failed_and_the_search_goes_on(hunt):
    def picky(config, watch):
        if config.train.batch_size == 32:
            problem = "32 rows do not go"
            raise ConfigError(problem)
        return formula(config, watch)

    trials, lines = hunt(8, picky)
    failed = [t for t in trials if t.state.name == "FAIL"]
    assert 1 <= len(failed) < 8
    assert trials[0] in failed  # the configuration itself
    assert failed[0].user_attrs["error"] == "32 rows do not go."
    assert "trial 1 of 8  failed: 32 rows do not go." in lines[0]


def test_an_error_that_is_no_input_error_ends_the_search(hunt):
    def broken(config, watch):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        hunt(3, broken)


def test_a_trial_worse_than_the_median_ends_early(hunt):
    def falling(config, watch):
        value = 1.0 - len(calls)
        calls.append(1)
        for epoch in range(6):
            watch(epoch, value)
        return Scored(value, 6)

    calls = []
    trials, lines = hunt(8, falling)
    # Five are needed to judge by; then at the first epoch after a third of them.
    assert [t.state.name for t in trials] == ["COMPLETE"] * 5 + ["PRUNED"] * 3
    assert {len(t.intermediate_values) for t in trials[5:]} == {3}
    assert "pruned after epoch 3" in lines[-1]


def test_the_best_is_the_first_of_equals_and_never_a_pruned_one(hunt):
    def flat(config, watch):
        return Scored(0.5, 1)

    with hunt.opened(resume=False) as study:
        assert best_of(study) is None
    hunt(4, flat, resume=True)
    with hunt.opened(resume=True) as study:
        assert best_of(study).number == 0
        assert len(finished(study)) == 4


def test_no_trial_is_begun_that_would_end_too_late(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    deadline = Deadline(60)
    # A trial, and then the winner's training.
    assert not deadline.leaves_no_trial(30)
    assert deadline.leaves_no_trial(30.1)
    now[0] += 40
    assert not deadline.leaves_no_trial(10)
    assert deadline.leaves_no_trial(11)
    assert not Deadline(None).leaves_no_trial(1e9)


def test_a_budget_that_is_over_leaves_one_trial(hunt):
    trials, lines = hunt(5, seconds=1e-9)
    assert len([t for t in trials if t.state.is_finished()]) == 1
    assert "no time" in lines[-1]


def test_lines_say_what_a_reader_of_a_log_needs(hunt):
    _, lines = hunt(12)
    first = "trial  1 of 12  0.6350 on validation  best 0.6350 (trial 1)  "
    assert lines[0].startswith(first)
    assert "train.learning_rate=0.002" in lines[0]
    assert all("\n" not in line for line in lines)
