"""`sidelight tune` from the command line, and `sl.tune`."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

import sidelight as sl
from sidelight.experiments.tune import _winner
from sidelight.workflow import load_config, make_config

TINY = ("--set", "backbone.widths=[8, 16]", "--epochs", 1)
ASKED = ("--image", "file", "--target", "label", "--drop", "taken", *TINY)


def test_one_command_finds_options_trains_the_winner_and_goes_on(
    sidelight, scenes, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    words = ("tune", scenes, *ASKED, "--fusions", "gated,concat", "--name", "t")
    answer = sidelight(*words, "--trials", 2)
    assert answer.code == 0, answer.err
    assert "trial 1 of 2  0." in answer.err
    assert "2 trials: 2 complete, 0 pruned, 0 failed" in answer.out
    run = tmp_path / "runs" / "t"
    stored = json.loads((run / "tune.json").read_text())
    winner = stored["winner"]
    assert answer.out.strip().splitlines()[-1] == (
        f"tune: best {winner['validation']:.4f} on validation, "
        f"{winner['test']:.4f} on test, trial {winner['trial']} of 2"
    )
    assert f"to train it: {winner['command']}\n" in answer.out
    assert winner["optimism"] == winner["validation"] - winner["test"]
    assert winner["looks_at_test"] == 1
    assert [t["params"]["fusion"] for t in stored["trials"]] == ["gated", "concat"]
    assert [len(t["watched"]) for t in stored["trials"]] == [1, 1]
    assert not list(run.rglob("*.partial*"))

    # The winner is a run as any other, and what the search saw of it is so again.
    metrics = json.loads((run / "best" / "metrics.json").read_text())
    assert metrics["val"]["accuracy"] == pytest.approx(winner["validation"])
    assert metrics["test"]["accuracy"] == winner["test"]
    config = make_config(load_config(run / "best"))
    assert config.model_dump(mode="json") == winner["config"]
    assert load_config(run) == load_config(run / "best")
    answer = sidelight("predict", run / "best", scenes, "-o", tmp_path / "p.csv")
    assert answer.code == 0, answer.err

    # Nothing is run again that is there.
    before = (run / "best" / "model.keras").stat().st_mtime_ns
    answer = sidelight(*words, "--trials", 2, "--resume", "--json")
    assert answer.code == 0, answer.err
    assert json.loads(answer.out) == {"run": "runs/t", **stored}
    assert (run / "best" / "model.keras").stat().st_mtime_ns == before


def test_an_interrupted_search_keeps_its_trials(
    sidelight, scenes, tmp_path, monkeypatch
):
    from sidelight.experiments.tune import _train

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(_train.Trainer, "__call__", interrupt)
    words = ("tune", scenes, *ASKED, "--name", "t", "--runs", tmp_path / "runs")
    answer = sidelight(*words)
    assert answer.code == 130
    assert "--resume --name t" in answer.err
    assert json.loads((tmp_path / "runs/t/tune.json").read_text())["trials"] == []


def test_where_every_trial_fails_it_is_said_why(sidelight, scenes, tmp_path):
    answer = sidelight(
        *("tune", scenes, *ASKED, "--fusion", "attend", "--set", "fusion.stages=[-9]"),
        *("--trials", 2, "--name", "t", "--runs", tmp_path / "runs"),
    )
    assert answer.code == 2
    assert "none of 2 trials was completed; most often: option 'stages'" in answer.err
    assert "has no stage -9" in answer.err
    assert not (tmp_path / "runs/t/best").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--fusions", "flim"), "Did you mean 'film'"),
        (("--fusions", "stack"), "several networks"),
        (("--fusions", "film", "--fusion", "concat"), "Leave one of them out"),
        (("--budget", "soon"), "For example 90s"),
        (("--trials", 0), "'trials'"),
        (("--metric", "r2"), "Choose from accuracy"),
        (("--metric", "acuracy"), "Did you mean 'accuracy'"),
        (("--resume",), "--name"),
        (("--resume", "--name", "missing"), "no such run"),
    ],
)
def test_bad_options_are_refused_and_leave_nothing(
    sidelight, scenes, tmp_path, words, said
):
    answer = sidelight("tune", scenes, *ASKED, *words, "--runs", tmp_path / "runs")
    assert answer.code == 2
    assert said in answer.err
    assert not list(tmp_path.glob("runs/*"))


def rows_of_numbers(test_labels):
    """Rows whose parts are named; the labels of the test rows are as given."""
    rng = np.random.default_rng(0)
    depth = rng.normal(size=90)
    label = np.where(depth + 0.5 * rng.normal(size=90) > 0, "deep", "flat")
    label[60:] = np.resize(test_labels, 30)
    part = ["train"] * 40 + ["val"] * 20 + ["test"] * 30
    noise = rng.normal(size=90)
    return pl.DataFrame({"depth": depth, "noise": noise, "label": label, "part": part})


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Searches on the same rows, but for the labels of the test rows."""

    def search(name, labels):
        return sl.tune(
            rows_of_numbers(labels),
            target="label",
            fusions="metadata",
            trials=2,
            options={"train": {"epochs": 1}, "split": {"column": "part"}},
            path=tmp_path_factory.mktemp("tune") / name,
        )

    return [search("one", ["deep", "flat"]), search("two", ["flat", "flat", "deep"])]


def test_test_rows_take_no_part_in_the_search(found):
    one, two = found
    drawn = [f.trials.drop("seconds") for f in found]
    assert drawn[0].equals(drawn[1])
    assert one.best_config == two.best_config
    assert one.validation == two.validation
    assert one.score != two.score


def test_python_gives_the_trials_as_a_frame_and_the_winner_as_a_run(found):
    result = found[0]
    assert result.trials["number"].to_list() == [1, 2]
    assert {"state", "value", "train.learning_rate", "metadata.units"} <= set(
        result.trials.columns
    )
    best = result.trials.row(result.best_trial - 1, named=True)
    assert best["value"] == result.validation == result.trials["value"].max()
    assert result.best_config.train.learning_rate == best["train.learning_rate"]
    assert result.best_config.train.epochs == 1
    assert result.counts == {"complete": 2, "pruned": 0, "failed": 0}
    assert sum(result.importances.values()) == pytest.approx(
        1 if result.importances else 0
    )
    model = sl.load(result.path / "best")
    rows = rows_of_numbers(["deep", "flat"])
    assert model.score(rows[60:]) == pytest.approx(result.score)


def test_a_search_of_other_rows_is_not_gone_on_with(found):
    with pytest.raises(sl.SidelightError, match="the study of other rows"):
        sl.tune(
            rows_of_numbers(["flat"])[:80],
            target="label",
            fusions="metadata",
            options={"train": {"epochs": 1}, "split": {"column": "part"}},
            path=found[0].path,
            resume=True,
        )


def test_the_winner_is_trained_anew_only_where_it_is_another(found, monkeypatch):
    trained = []
    monkeypatch.setattr(_winner, "train_and_store", lambda *a, **k: trained.append(a))
    again = sl.tune(
        rows_of_numbers(["deep", "flat"]),
        target="label",
        fusions="metadata",
        trials=2,
        options={"train": {"epochs": 1}, "split": {"column": "part"}},
        path=found[0].path,
        resume=True,
    )
    assert not trained
    assert again.looks == 1
    assert again.to_json() == found[0].to_json()
