"""What a card says of a run, as figures and words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sidelight.card._scores import Effect, Group, Scored, effects, scored, subgroups
from sidelight.errors import ColumnNotFoundError, RunError
from sidelight.predictor import Predictor, load_predictor
from sidelight.runs import RunDirectory, read_json
from sidelight.workflow import RunConfig, held_out_rows, load_config, make_config

MOST_SUBGROUPS = 3  # columns, unless they are named


@dataclass(frozen=True)
class Facts:
    """All of it.

    Attributes:
        name: The run's.
        predictor: Its model.
        config: Its options.
        metrics: As in `metrics.json`.
        findings: What the audit found, severe ones and warnings.
        version: Of the Sidelight that trained it.
        columns: Name, kind and what is done to each, as `Preprocessor.describe` says.
        test: Its score on test rows; None where the table is not as it was.
        effects: What each part of the input is worth, largest first.
        groups: Scores by column and value.
        warnings: What reading and training warned of.
    """

    name: str
    predictor: Predictor
    config: RunConfig
    metrics: dict[str, Any]
    findings: list[dict[str, Any]]
    version: str
    columns: list[dict[str, Any]]
    test: Scored | None
    effects: list[Effect]
    groups: dict[str, list[Group]]

    @property
    def warnings(self) -> list[str]:
        """What reading and training warned of."""
        return list(self.metrics["warnings"])


def collect(
    path: str | Path,
    *,
    by: Sequence[str] = (),
    most_rows: int = 1_000,
    repeats: int = 5,
    advance: Callable[[int, int], object] = lambda *_: None,
) -> Facts:
    """Read a run and ask its model about its test rows.

    Args:
        path: Its directory.
        by: Columns by whose values scores are given; the most important by default.
        most_rows: Test rows that are used, the first.
        repeats: How often each part of the input is shuffled.
        advance: Told how many of how many questions are answered.

    Raises:
        RunError: If the directory is no run, or its training is not over.
        ColumnNotFoundError: If the table has no such column to group by.
    """
    run = RunDirectory.open(path)
    if not run.metrics.exists():
        problem = "this run did not finish training, so there is nothing to say of it"
        fix = f"Train it again: sidelight train --config {run.config} --overwrite"
        raise RunError(problem, path=run.path, fix=fix)
    predictor = load_predictor(path)
    config = make_config(load_config(path))
    rows = held_out_rows(path, predictor, most_rows)
    test, found, groups = None, [], {}
    if rows is not None:
        for name in by:
            if name not in rows.table.frame.columns:
                known = rows.table.frame.columns
                raise ColumnNotFoundError(name, known, path=rows.table.source)
        test = scored(predictor, rows, config.split.group)
        found = effects(predictor, rows, test, repeats=repeats, advance=advance)
        told = subgroups(test, rows.table, by or _telling(predictor, found))
        groups = dict(told if by else islice(filter(_tells, told), MOST_SUBGROUPS))
    audit = read_json(run.audit) if run.audit.exists() else {"findings": []}
    return Facts(
        name=run.path.resolve().name,
        predictor=predictor,
        config=config,
        metrics=read_json(run.metrics),
        findings=[f for f in audit["findings"] if f["severity"] != "note"],
        version=read_json(run.environment)["packages"]["sidelight"],
        columns=predictor.preprocessor.describe(),
        test=test,
        effects=found,
        groups=groups,
    )


def _telling(predictor: Predictor, found: list[Effect]) -> list[str]:
    """Return the columns that answers depend on most, but for places and lists."""
    kinds = {c.column.name: c.column for c in predictor.preprocessor.columns}
    return [
        kinds[effect.part].sources[0]
        for effect in found
        if effect.part in kinds
        and kinds[effect.part].kind not in ("location", "multi_hot")
    ]


def _tells(told: tuple[str, list[Group]]) -> bool:
    """Whether a column has several values with rows enough to say something."""
    _, groups = told
    return sum(not group.is_small for group in groups) > 1
