"""What a stored run is asked: scores on another table, and what it did."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from sidelight.errors import TableError
from sidelight.evaluation import (
    evaluate,
    find_label_noise,
    pictures,
    subgroup_metrics,
)
from sidelight.feed import Source
from sidelight.images import pack
from sidelight.predictor import Predictor, load_predictor
from sidelight.runs import RunDirectory, read_json
from sidelight.table import Table, describe
from sidelight.workflow._read_for import read_for

MOST_SHOWN = 10  # suspicious labels


def evaluate_run(
    path: str | Path,
    source: Any,
    *,
    by: str | None = None,
    without: Sequence[str] = (),
    picture: Path | None = None,
    cache: Path | None = None,
    **reading: Any,
) -> dict[str, Any]:
    """Score a run's model on another table.

    Args:
        path: Run directory.
        source: Table with the target column.
        by: Column by whose values the scores are given as well.
        without: Parts ("image", "metadata", a column) in whose absence the scores are
            given as well; the model has to be trained for it.
        picture: Where the confusion matrix is drawn.
        cache: Folder of packed pictures.
        **reading: `images`, `sql`, `asset`, `join`, `on_bad`, as for `read_table`.

    Returns:
        The scores, "rows", "subgroups" by value where `by` is given, "without" by part
        where `without` is given, and for classes and labels "label_noise": how many
        rows have a label that looks wrong, and the ten most suspicious.

    Raises:
        TableError: If the table lacks the target or a column.
        ConfigError: If the model was not trained to do without a part.
    """
    predictor = load_predictor(path)
    keep = () if by is None else (by,)
    table = read_for(predictor, path, source, target=True, keep=keep, **reading)
    if len(table) == 0:
        problem = "there are no rows to score"
        raise TableError(problem, path=table.source)
    table, inputs = _inputs(predictor, table, cache, reading)
    lacking = {part: predictor.without(inputs, part) for part in without}
    answers = predictor.answers(inputs)
    truth = predictor.preprocessor.truth(table)
    figures = predictor.figures(answers)
    asked: dict[str, Any] = {
        "names": predictor.names,
        "task": predictor.task,
        "threshold": _stored_threshold(path),
    }
    scores = evaluate(truth, figures, **asked)
    if by is not None:
        groups = table.frame[by]
        scores["subgroups"] = subgroup_metrics(truth, figures, groups, **asked)
    if without:
        scores["without"] = {
            part: evaluate(truth, predictor.figures(predictor.answers(rows)), **asked)
            for part, rows in lacking.items()
        }
    if predictor.classes:
        scores["label_noise"] = _label_noise(predictor, table, truth, figures)
    if picture is not None and "confusion_matrix" in scores:
        pictures.confusion_png(scores["confusion_matrix"], predictor.classes, picture)
    return scores


def _label_noise(
    predictor: Predictor, table: Table, truth: Any, figures: Any
) -> dict[str, Any]:
    """Return how many labels look wrong, and the most suspicious of them."""
    found = find_label_noise(truth, figures, predictor.classes)
    rows = predictor.rows(table)[found["at"]]
    worst = pl.concat([rows, found.drop("at")], how="horizontal").head(MOST_SHOWN)
    return {"rows": found.height, "worst": worst.to_dicts()}


def inspect(what: Table | str | Path) -> list[dict[str, Any]]:
    """Say what each column of a table is for, or what a run did to each column."""
    if isinstance(what, Table):
        return describe(what)
    return load_predictor(what).preprocessor.describe()


def _inputs(
    predictor: Predictor, table: Table, cache: Path | None, reading: dict[str, Any]
) -> tuple[Table, Source]:
    images = None
    if predictor.uses_image and predictor.rule is not None:
        on_bad = reading.get("on_bad", "error")
        packed = pack(table, predictor.rule, cache=cache, on_bad=on_bad)
        table, images = packed.table, packed.images
    return table, predictor.source(table, images)


def _stored_threshold(path: str | Path) -> float | None:
    metrics = RunDirectory.open(path).metrics
    if not metrics.exists():
        return None
    threshold = read_json(metrics).get("val", {}).get("threshold")
    return None if threshold is None else float(threshold)
