"""Who gains and who loses: image only and the best fusion, group by group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from sidelight.evaluation import FEW_ROWS, groups_of
from sidelight.experiments.compare._arms import IMAGE_ONLY
from sidelight.experiments.compare._scores import Scores
from sidelight.schema import Task
from sidelight.splits import SplitConfig

METRIC_OF: dict[Task, str] = {
    "binary": "accuracy",
    "multiclass": "accuracy",
    "ordinal": "rank_mae",
    "multilabel": "label_ranking",
    "regression": "mae",
}
MOST_COLUMNS = 20
MOST_GROUPS = 12  # of a column; the largest
MOST_CLASSES = 40


def gains_by_group(
    scores: Scores, fusion: str, split: SplitConfig
) -> list[dict[str, Any]]:
    """Return what each class, and each value or quarter of a column, gains.

    Classes are scored by accuracy, labels by their ranking and numbers by the absolute
    error, whatever arms are compared by: these mean the same in a group as in all rows.

    Args:
        scores: Of a comparison.
        fusion: The fusion beside image only.
        split: Tells which rows belong together.

    Returns:
        For each column `column`, `kind` ("target" first, then the metadata), `metric`,
        `hidden` (test rows of groups that are too many) and `groups`, each with
        `value`, `rows`, `image_only`, `fusion` (means over all), `gain`
        (an interval) and `small` (fewer than 30 rows).
    """
    table = scores.folds[0].table
    task = scores.folds[0].preprocessor.known_target.task
    metric = METRIC_OF[task]
    same = Scores(scores.units, scores.folds, metric, split)
    sides = {name: _mean_scores(same, arm, fusion) for name, arm in _sides(fusion)}
    tested = np.isfinite(sides["fusion"])
    shown = []
    for name, kind, cells in _columns(table.frame, table.schema):
        classes = kind == "target" and task != "regression"
        groups = [
            (value, np.array(rows))
            for value, rows in groups_of(cells, quarters=not classes)
        ]
        groups = [(value, rows[tested[rows]]) for value, rows in groups]
        groups = [(value, rows) for value, rows in groups if len(rows)]
        most = MOST_CLASSES if kind == "target" else MOST_GROUPS
        kept = _largest(groups, most)
        masks = [np.isin(np.arange(len(table)), rows) for _, rows in kept]
        gains = same.differences(fusion, IMAGE_ONLY, masks) if kept else []
        found = [
            {
                "value": value,
                "rows": len(rows),
                **{side: float(means[rows].mean()) for side, means in sides.items()},
                "gain": asdict(gain),
                "small": len(rows) < FEW_ROWS,
            }
            for (value, rows), gain in zip(kept, gains, strict=True)
        ]
        hidden = int(tested.sum()) - sum(group["rows"] for group in found)
        shown.append(
            {
                "column": name,
                "kind": kind,
                "metric": metric,
                "hidden": hidden,
                "groups": found,
            }
        )
    return shown


def _sides(fusion: str) -> list[tuple[str, str]]:
    return [("image_only", IMAGE_ONLY), ("fusion", fusion)]


def _mean_scores(scores: Scores, arm: str, fusion: str) -> Any:
    """Return an arm's score of each row of the table, NaN where it was never tested."""
    blocks = scores.blocks(IMAGE_ONLY, fusion)
    means = np.full(len(scores.folds[0].table), np.nan)
    for fold, of_seeds in zip(blocks, scores.rows(arm, blocks), strict=True):
        means[scores.folds[fold].split.indices("test")] = of_seeds.mean(axis=0)
    return means


def _columns(frame: pl.DataFrame, schema: Any) -> Iterator[tuple[str, str, pl.Series]]:
    for target in schema.targets:
        yield target, "target", frame[target]
    for column in schema.columns[:MOST_COLUMNS]:
        for source in column.sources:
            yield source, column.kind, frame[source]


def _largest(groups: list[Any], most: int) -> list[Any]:
    """Return the largest groups, in the order in which they stood."""
    ranked = sorted(range(len(groups)), key=lambda i: -len(groups[i][1]))[:most]
    return [groups[i] for i in sorted(ranked)]
