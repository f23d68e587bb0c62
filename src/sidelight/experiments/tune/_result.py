"""What a search gave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from sidelight.experiments.tune._search import finished, places
from sidelight.experiments.tune._space import Space
from sidelight.experiments.tune._study import load_optuna
from sidelight.workflow import RunConfig

FORMAT = 1
STATES = {"COMPLETE": "complete", "PRUNED": "pruned", "FAIL": "failed"}


@dataclass(frozen=True)
class TuneResult:
    """The trials of a search, and its winner.

    Attributes:
        path: The directory of the search; the winner's run is in `path / "best"`.
        metric: The score; losses and errors are negated, so that higher is better.
        trials: One row a trial: number, state, value, epochs, seconds, error, and a
            column for each option that was searched.
        best_trial: The winner's number, from 1.
        best_config: The winner's configuration.
        validation: The winner's score on validation rows, as the search saw it.
        score: The score of the winner, trained again, on test rows; None where it is
            not defined there.
        looks: How often a winner was scored on the test rows, this time included; more
            than once only where a search went on after it had ended.
        command: The command line that trains the winner.
        importances: The share of the differences between whole trials that goes back
            to each option (fANOVA); empty where there are too few trials.
    """

    path: Path
    metric: str
    trials: pl.DataFrame
    best_trial: int
    best_config: RunConfig
    validation: float
    score: float | None
    looks: int
    command: str
    importances: dict[str, float]

    @property
    def optimism(self) -> float | None:
        """By how much validation, where the best was chosen, is above test."""
        return None if self.score is None else self.validation - self.score

    @property
    def counts(self) -> dict[str, int]:
        """Number of trials that are complete, pruned and failed."""
        return counts_of(self.trials["state"].to_list())

    @property
    def line(self) -> str:
        """The outcome in one line, for scripts."""
        score = "none" if self.score is None else f"{self.score:.4f}"
        return (
            f"tune: best {self.validation:.4f} on validation, {score} on test, "
            f"trial {self.best_trial} of {self.trials.height}"
        )

    def to_json(self) -> dict[str, Any]:
        """Return everything, as `tune.json` holds it."""
        return {
            "winner": {
                "trial": self.best_trial,
                "validation": self.validation,
                "test": self.score,
                "optimism": self.optimism,
                "looks_at_test": self.looks,
                "config": self.best_config.model_dump(mode="json"),
                "command": self.command,
                "run": "best",
            },
            "importances": self.importances,
        }


def counts_of(states: Iterable[str]) -> dict[str, int]:
    """Return the number of trials by state."""
    counts = Counter(states)
    return {state: counts[state] for state in STATES.values()}


def records_of(study: Any, space: Space) -> list[dict[str, Any]]:
    """Return the finished trials as JSON, in the order in which they began."""
    place = places(study)
    return [
        {
            "number": place[trial.number],
            "state": STATES[trial.state.name],
            "value": trial.value if trial.state.name == "COMPLETE" else None,
            "epochs": trial.user_attrs.get("epochs", 0),
            "seconds": trial.user_attrs.get("seconds", 0.0),
            "error": trial.user_attrs.get("error", ""),
            "watched": [v for _, v in sorted(trial.intermediate_values.items())],
            "params": space.decoded(trial.params),
        }
        for trial in finished(study)
    ]


def frame_of(records: list[dict[str, Any]]) -> pl.DataFrame:
    """Return trials as a table, an option that was not drawn being null."""
    names = list(dict.fromkeys(name for r in records for name in r["params"]))
    rows = [
        {
            **{k: v for k, v in record.items() if k not in ("params", "watched")},
            **{name: _cell(record["params"].get(name)) for name in names},
        }
        for record in records
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def _cell(value: Any) -> Any:
    return str(value) if isinstance(value, list) else value


def importances_of(study: Any) -> dict[str, float]:
    """Return how much of the differences between whole trials each option explains.

    Only options that every whole trial has are judged: not those of one fusion among
    several.
    """
    whole = [t for t in finished(study) if t.state.name == "COMPLETE"]
    if len({t.value for t in whole}) < 2:
        return {}
    importance = load_optuna().importance
    evaluator = importance.FanovaImportanceEvaluator(seed=0)
    try:
        found = importance.get_param_importances(study, evaluator=evaluator)
    except (RuntimeError, ValueError):  # no option differs, or explains anything
        return {}
    return {name: float(share) for name, share in found.items()}
