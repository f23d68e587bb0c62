"""Which class is taken for which; for numbers, predictions over the truth."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sidelight.experiments.compare import Evidence
from sidelight.report import _text as t
from sidelight.report._sources import StoredRun
from sidelight.report.charts._frame import padded
from sidelight.report.charts.scatter import MOST_POINTS, scatter_chart

MOST_CLASSES = 12
OTHERS = "all others"
MOST_PAIRS = 10
SHADES = 10


def of_sides(evidence: Evidence) -> dict[str, Any]:
    """Return the matrices of image only and the best fusion."""
    if evidence.schema.task == "multilabel":
        return {"kind": "labels"}
    answers = evidence.answers.filter(pl.col("fold").is_not_null())
    sides = [("image only", "image_only"), (evidence.facts["fusion"], "fusion")]
    return _context(
        answers["truth"],
        {title: answers[name] for title, name in sides},
        evidence.facts["classes"],
    )


def of_run(run: StoredRun) -> dict[str, Any]:
    """Return the matrix of a run's test rows."""
    test = run.predictions.filter(pl.col("part") == "test")
    if run.schema.task == "multilabel":
        return {"kind": "labels"}
    if run.classes:
        counts = np.array(run.metrics["test"]["confusion_matrix"])
        return _matrices({"": counts}, run.classes)
    if run.data is None:
        return {"kind": "nothing", "why": run.why_no_data}
    rows = run.data.frame.filter(run.data.part == "test")
    targets = run.schema.targets
    if len(targets) == 1:
        return _context(rows[targets[0]], {"": test["prediction"]}, [])
    each = [_context(rows[n], {n: test[f"prediction_{n}"]}, []) for n in targets]
    return {**each[0], "charts": [chart for of in each for chart in of["charts"]]}


def _context(
    truth: pl.Series, answers: dict[str, pl.Series], classes: list[str]
) -> dict[str, Any]:
    if classes:
        counts = {n: _counts(truth, answer, classes) for n, answer in answers.items()}
        return _matrices(counts, classes)
    true = truth.cast(pl.Float64).to_list()
    ends = padded(
        min([min(true), *(float(a.min()) for a in answers.values())]),  # type: ignore[arg-type]
        max([max(true), *(float(a.max()) for a in answers.values())]),  # type: ignore[arg-type]
        0.03,
    )
    charts = [
        {
            "title": title,
            "chart": scatter_chart(
                f"Predicted numbers over true ones, {title or 'test rows'}",
                true,
                answer.to_list(),
                ends,
            ),
        }
        for title, answer in answers.items()
    ]
    return {"kind": "numbers", "charts": charts, "thinned": len(true) > MOST_POINTS}


def _counts(
    truth: pl.Series, answer: pl.Series, classes: list[str]
) -> NDArray[np.int64]:
    place = {name: number for number, name in enumerate(classes)}
    counts = np.zeros((len(classes), len(classes)), dtype=np.int64)
    pairs = zip(truth.to_list(), answer.to_list(), strict=True)
    for true, said in pairs:
        counts[place[true], place[said]] += 1
    return counts


def _matrices(
    counts: dict[str, NDArray[np.int64]], classes: list[str]
) -> dict[str, Any]:
    sizes = next(iter(counts.values())).sum(axis=1)
    largest = np.argsort(-sizes, kind="stable")[:MOST_CLASSES]
    kept = np.sort(largest)
    shown = [
        {
            "title": title,
            "right": t.share(int(np.trace(matrix)), int(matrix.sum())),
            "rows": _rows(_folded(matrix, kept), _names(classes, kept)),
            "pairs": _pairs(matrix, classes),
        }
        for title, matrix in counts.items()
    ]
    return {
        "kind": "classes",
        "names": [t.cell(name) for name in _names(classes, kept)],
        "matrices": shown,
        "hidden": len(classes) - len(kept),
        "num_classes": len(classes),
        "tilted": len(kept) > 4 and max(map(len, classes)) > 3,
    }


def _names(classes: list[str], kept: NDArray[np.int64]) -> list[str]:
    names = [classes[i] for i in kept]
    return names if len(names) == len(classes) else [*names, OTHERS]


def _folded(matrix: NDArray[np.int64], kept: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the matrix with every other class put into a last row and column."""
    if len(kept) == len(matrix):
        return matrix
    group = np.full(len(matrix), len(kept))
    group[kept] = np.arange(len(kept))
    folded = np.zeros((len(kept) + 1, len(kept) + 1), dtype=np.int64)
    np.add.at(folded, (group[:, None], group[None, :]), matrix)
    return folded


def _rows(matrix: NDArray[np.int64], names: list[str]) -> list[dict[str, Any]]:
    sums = np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    shades = np.ceil(SHADES * matrix / sums).astype(int)
    return [
        {
            "name": t.cell(name),
            "cells": [
                {"count": int(count), "shade": int(shade), "right": i == j}
                for j, (count, shade) in enumerate(zip(row, shade_row, strict=True))
            ],
        }
        for i, (name, row, shade_row) in enumerate(
            zip(names, matrix, shades, strict=True)
        )
    ]


def _pairs(matrix: NDArray[np.int64], classes: list[str]) -> list[dict[str, Any]]:
    """Return the most frequent mistakes."""
    wrong = matrix.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:MOST_PAIRS]
    found = []
    for true, said in zip(*np.unravel_index(order, wrong.shape), strict=True):
        if wrong[true, said]:
            found.append(
                {
                    "true": t.cell(classes[true]),
                    "said": t.cell(classes[said]),
                    "count": int(wrong[true, said]),
                    "of": int(matrix[true].sum()),
                }
            )
    return found
