"""A card as Markdown, with what machines read of it in front."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from sidelight.card._facts import Facts, collect
from sidelight.card._limits import limits
from sidelight.card._scores import Interval
from sidelight.evaluation import POINTS, SCORE_NAMES
from sidelight.runs import RunDirectory, write_text

PARTS = {"train": "training", "val": "validation", "test": "test"}
NAMES = {**SCORE_NAMES, "mae": "mean error", "rank_mae": "mean error in classes"}


def write_card(
    path: str | Path,
    output: str | Path | None = None,
    *,
    by: Sequence[str] = (),
    intended_use: str = "",
    licence: str = "",
    most_rows: int = 1_000,
    repeats: int = 5,
    advance: Callable[[int, int], object] = lambda *_: None,
) -> tuple[Path, Facts]:
    """Write a run's model card.

    Args:
        path: The run's directory.
        output: The file; `card.md` in the run by default, which exports take along.
        by: Columns by whose values scores are given; the most important by default.
        intended_use: What the model is for, in the words of who answers for it.
        licence: An SPDX identifier, or words.
        most_rows: Test rows that are used, the first.
        repeats: How often each part of the input is shuffled.
        advance: Told how many of how many questions are answered.

    Returns:
        The file, and what it says.

    Raises:
        RunError: If the directory is no run, or its training is not over.
        ColumnNotFoundError: If the table has no such column to group by.
    """
    facts = collect(path, by=by, most_rows=most_rows, repeats=repeats, advance=advance)
    place = RunDirectory.open(path).card if output is None else Path(output)
    text = card_text(facts, intended_use=intended_use, licence=licence)
    write_text(place, text)
    return place, facts


def card_text(facts: Facts, *, intended_use: str = "", licence: str = "") -> str:
    """Return the card."""
    environment = Environment(
        loader=PackageLoader("sidelight.card", "."),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        autoescape=False,
    )
    environment.filters |= {
        "cell": _cell,
        "figure": _figure,
        "between": _between,
        "fall": _fall,
    }
    template = environment.get_template("card.md.j2")
    target = facts.predictor.preprocessor.known_target
    return template.render(
        facts=facts,
        front=yaml.safe_dump(
            _front(facts, licence), sort_keys=False, allow_unicode=True
        ),
        intended_use=intended_use,
        licence=licence,
        limits=limits(facts),
        parts=[(PARTS[name], facts.metrics[name]["rows"]) for name in PARTS],
        target=target,
        names=NAMES,
        columns=_columns(facts),
    )


def _front(facts: Facts, licence: str) -> dict[str, Any]:
    """Return what catalogues of models read."""
    network = facts.config.network
    front: dict[str, Any] = {"library_name": "keras"}
    if licence:
        front["license"] = licence
    front["tags"] = ["sidelight", facts.predictor.task, network.fusion]
    if facts.predictor.uses_image:
        front["tags"].append(network.backbone)
    if facts.test is not None:
        result = {
            "task": {"type": facts.predictor.task},
            "dataset": {"name": _source(facts), "type": "table", "split": "test"},
            "metrics": [{"type": facts.test.metric, "value": facts.test.interval.mean}],
        }
        front["model-index"] = [{"name": facts.name, "results": [result]}]
    return front


def _as_yaml(value: dict[str, Any]) -> str:
    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True))


def _source(facts: Facts) -> str:
    source = facts.config.table.source
    return "a table in memory" if source is None else Path(str(source)).name


def _columns(facts: Facts) -> list[dict[str, Any]]:
    """Return each column with what is done to it and what it is worth."""
    worth = {effect.part: effect.fall for effect in facts.effects}
    rows = [{**row, "fall": worth.pop(row["column"], None)} for row in facts.columns
            if row["kind"] != "target"]  # fmt: skip
    for part, fall in worth.items():  # the picture
        rule = facts.predictor.rule
        size = "" if rule is None else f"{rule.height} × {rule.width} × {rule.bands}"
        rows.append({"column": part, "kind": "image", "missing": 0,
                     "what is done": size, "fall": fall})  # fmt: skip
    return sorted(rows, key=lambda row: -row["fall"].mean if row["fall"] else 1.0)


def _cell(value: Any) -> str:
    """Return text that breaks neither a table nor a page."""
    text = " ".join(str(value).split())
    for sign in "\\|<>`*_[]":
        text = text.replace(sign, f"\\{sign}" if sign not in "<>" else
                            {"<": "&lt;", ">": "&gt;"}[sign])  # fmt: skip
    return text


def _figure(value: float, metric: str) -> str:
    """Return a score."""
    return f"{100 * value:.1f} %" if metric in POINTS else f"{value:.3g}"


def _between(found: Interval, metric: str) -> str:
    """Return a score with its interval."""
    low, high = (_figure(end, metric) for end in (found.low, found.high))
    return f"{_figure(found.mean, metric)} ({low} to {high})"


def _fall(found: Interval, metric: str) -> str:
    """Return what is lost, in points of a hundred where the score is a share."""
    if metric not in POINTS:
        return _between(found, metric)
    mean, low, high = (100 * end + 0.0 for end in (found.mean, found.low, found.high))
    return f"{mean:.1f} points ({low:.1f} to {high:.1f})"
