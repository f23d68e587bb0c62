"""What a comparison leaves: a table, a verdict, and the best arm ready to train."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from sidelight.evaluation import Interval
from sidelight.experiments.compare._arm_result import ArmResult
from sidelight.experiments.compare._config import CompareConfig
from sidelight.experiments.compare._leaks import Sign
from sidelight.experiments.compare._plan import Plan
from sidelight.experiments.compare._scores import Scores
from sidelight.experiments.compare._second import SecondSplit
from sidelight.experiments.compare._unit import with_fusion
from sidelight.experiments.compare._verdict import Verdict
from sidelight.table import Table
from sidelight.workflow import RunConfig


@dataclass(frozen=True)
class Best:
    """The fusion that was best on validation rows, not trained yet.

    Attributes:
        fusion: Its registry name.
        config: The run's options with that fusion.
    """

    fusion: str
    config: RunConfig
    _table: Table = field(repr=False)
    _make: Callable[[RunConfig, str], Any] = field(repr=False)

    def fit(self) -> Any:
        """Train it on the compared table; returns a fitted estimator."""
        task = self._table.schema.task or ""
        return self._make(self.config, task).fit(self._table)


@dataclass(frozen=True)
class Comparison:
    """Everything a comparison found.

    Attributes:
        results: One for each arm, in the order in which they ran, the stack last.
        verdict: Whether the metadata helps.
        signs: Of a leak.
        plan: What was run: folds, seeds, epochs, and what the budget took away.
        metric: What is compared; higher is better.
        config: Options of the trainings.
        options: Options of the comparison.
        scores: Scores row by row.
        warnings: What was noticed about the data.
        seconds: How long it took.
        second: Image only and the best fusion with a stricter split; None where there
            was none to run.
        make: Makes an estimator of options and a task.
        page: Writes the report of a comparison to a path.
    """

    results: list[ArmResult]
    verdict: Verdict
    signs: list[Sign]
    plan: Plan
    metric: str
    config: RunConfig
    options: CompareConfig
    scores: Scores
    warnings: list[str]
    seconds: float
    second: SecondSplit | None = None
    make: Callable[[RunConfig, str], Any] | None = field(default=None, repr=False)
    page: Callable[[Comparison, Path], Path] | None = field(default=None, repr=False)

    def table(self) -> pl.DataFrame:
        """Return one row for each arm: score and gain with 95 % intervals, and cost."""
        rows = [
            {
                "arm": r.name,
                "role": r.role,
                **_columns(self.metric, r.score),
                "validation": r.validation,
                **_columns("gain", r.gain),
                "p_adjusted": r.p_adjusted,
                "detectable": r.detectable,
                "trainings": r.trainings,
                "seconds": r.seconds,
                "parameters": r.parameters,
                "ms_per_row": r.ms_per_row,
                "notes": "; ".join(r.notes),
            }
            for r in self.results
        ]
        return pl.DataFrame(rows, infer_schema_length=None)

    @property
    def best(self) -> Best:
        """The fusion that was best on validation rows, ready to be trained."""
        fusion = self.verdict.fusion
        config = with_fusion(self.config, fusion)
        return Best(fusion, config, self.scores.folds[0].table, self.make or _refuse)

    def report(self, path: str | Path = "report.html") -> Path:
        """Write everything as one page that opens in any browser, and offline.

        Returns:
            Where it is.
        """
        if self.page is None:
            message = "this comparison was made without a page to write"
            raise NotImplementedError(message)
        return self.page(self, Path(path))

    def to_json(self) -> dict[str, Any]:
        """Return everything but the scores of single rows, as plain values."""
        prepared = self.scores.folds[0]
        return {
            "verdict": self.verdict.word,
            "fusion": self.verdict.fusion,
            "sentences": list(self.verdict.sentences),
            "figures": self.verdict.figures,
            "metric": self.metric,
            "arms": [asdict(r) for r in self.results],
            "signs": [asdict(s) for s in self.signs],
            "plan": {**asdict(self.plan), "split": prepared.split.method},
            "rows": prepared.split.counts(),
            "classes": prepared.preprocessor.classes,
            "second_split": None if self.second is None else asdict(self.second),
            "warnings": self.warnings,
            "seconds": self.seconds,
            "options": self.options.model_dump(mode="json"),
        }


def _columns(name: str, interval: Interval | None) -> dict[str, float | None]:
    return {
        name: None if interval is None else interval.mean,
        f"{name}_low": None if interval is None else interval.low,
        f"{name}_high": None if interval is None else interval.high,
    }


def _refuse(config: RunConfig, task: str) -> Any:
    del config, task
    message = "this comparison was made without an estimator to train"
    raise NotImplementedError(message)
