"""The page of a search, from `tune.json` alone."""

from __future__ import annotations

import pytest

from sidelight.errors import RunError
from sidelight.report import write_report
from sidelight.runs import RunDirectory, environment, write_json
from tests.unit.report.reading import read_page


def trial(number, value, state="complete", error=""):
    return {
        "number": number,
        "state": state,
        "value": value,
        "epochs": 5,
        "seconds": 8.0,
        "error": error,
        "watched": [0.4],
        "params": {"fusion": "film", "train.learning_rate": 0.001 * number},
    }


TUNE = {
    "format": 1,
    "metric": "accuracy",
    "counts": {"complete": 3, "pruned": 1, "failed": 1},
    "winner": {
        "trial": 3,
        "validation": 0.81,
        "test": 0.78,
        "optimism": 0.03,
        "looks_at_test": 1,
        "config": {},
        "command": "sidelight train scenes.csv --set 'fusion.units=[1, <2>]'",
        "run": "best",
    },
    "importances": {"train.learning_rate": 0.9, "fusion": 0.1},
    "trials": [
        trial(1, 0.7),
        trial(2, 0.65),
        trial(3, 0.81),
        trial(4, None, "pruned"),
        trial(5, None, "failed", "it does <not> fit"),
    ],
}


@pytest.fixture
def directory(tmp_path):
    made = RunDirectory(tmp_path / "t")
    made.start()
    write_json(made.environment, environment())
    return made


def test_the_winner_comes_first_then_the_trials(directory):
    write_json(directory.tune, TUNE)
    html = write_report(directory.path).read_text()
    found = read_page(html)
    head = html[: html.index("<nav")]
    assert "The best of 5 trials: 78.0 % on test rows" in head
    assert "81.0 %" in head
    assert "+3.0 points" in head
    assert "[1, &lt;2&gt;]" in head
    assert "it does &lt;not&gt; fit" in html
    drawn = [e["aria-label"] for e in found.all("svg")]
    assert drawn == [
        "Scores of 3 trials; the best is 81.0 %",
        "Options and scores (right answers) of 3 trials",
    ]
    assert "train.learning_rate 90 %" in found.text
    rows = found.text[found.text.index("The best trials") :]
    assert rows.index("81.0 %") < rows.index("70.0 %") < rows.index("65.0 %")


def test_a_search_without_a_winner(directory):
    none = {**TUNE, "winner": None, "importances": {}, "trials": []}
    write_json(directory.tune, none)
    found = read_page(write_report(directory.path).read_text())
    assert "No winner yet" in found.text
    assert "No trial was completed." in found.text


def test_a_search_of_another_version(directory):
    write_json(directory.tune, {"format": 9})
    with pytest.raises(RunError, match="of another version"):
        write_report(directory.path)


def test_a_run_that_did_not_finish(directory):
    with pytest.raises(RunError, match="did not finish training") as error:
        write_report(directory.path)
    assert "sidelight train --config" in str(error.value)
