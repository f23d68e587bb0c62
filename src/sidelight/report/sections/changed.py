"""Rows whose answer the metadata changed, for better and for worse."""

from __future__ import annotations

from typing import Any

import polars as pl

from sidelight.experiments.compare import Evidence
from sidelight.report import _text as t
from sidelight.report._pictures import small_picture

SHOWN = 6  # of each kind
SIDE = 150  # pixels
MOST_CELLS = 8


def context(evidence: Evidence) -> dict[str, Any]:
    """Return counts of changed answers, and the clearest examples of each kind."""
    answers = evidence.answers.with_row_index("at").filter(pl.col("fold").is_not_null())
    is_number = answers["truth"].dtype.is_numeric()
    better, worse, facts = (_numbers if is_number else _classes)(answers)
    return {
        "fusion": evidence.facts["fusion"],
        "is_number": is_number,
        "tested": answers.height,
        **facts,
        "kinds": [
            _kind("better", "For the better", better, evidence),
            _kind("worse", "For the worse", worse, evidence),
        ],
    }


def _classes(
    answers: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, Any]]:
    marked = answers.with_columns(
        before=pl.col("image_only") == pl.col("truth"),
        after=pl.col("fusion") == pl.col("truth"),
        change=pl.col("fusion_of_truth") - pl.col("image_only_of_truth"),
    )
    better = marked.filter(~pl.col("before") & pl.col("after"))
    worse = marked.filter(pl.col("before") & ~pl.col("after"))
    both = marked.filter(pl.col("before") & pl.col("after")).height
    counts: list[dict[str, Any]] = [
        {"title": "right both ways", "count": both, "style": "s-both"},
        {"title": "right only with metadata", "count": better.height,
         "style": "s-better"},
        {"title": "right only without metadata", "count": worse.height,
         "style": "s-worse"},
        {"title": "wrong both ways", "count": marked.height - both
         - better.height - worse.height, "style": "s-wrong"},
    ]  # fmt: skip
    return _clearest_first(better, worse, counts, marked.height)


def _numbers(
    answers: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, Any]]:
    marked = answers.with_columns(
        change=(pl.col("image_only") - pl.col("truth")).abs()
        - (pl.col("fusion") - pl.col("truth")).abs()
    )
    better = marked.filter(pl.col("change") > 0)
    worse = marked.filter(pl.col("change") < 0)
    counts: list[dict[str, Any]] = [
        {"title": "nearer with metadata", "count": better.height, "style": "s-better"},
        {"title": "further off with metadata", "count": worse.height,
         "style": "s-worse"},
    ]  # fmt: skip
    return _clearest_first(better, worse, counts, marked.height)


def _clearest_first(
    better: pl.DataFrame, worse: pl.DataFrame, counts: list[dict[str, Any]], rows: int
) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, Any]]:
    for count in counts:
        count["share"] = round(100 * count["count"] / max(rows, 1), 2)
    return (
        better.sort("change", "row", descending=[True, False]),
        worse.sort("change", "row"),
        {"counts": counts},
    )


def _kind(
    name: str, title: str, rows: pl.DataFrame, evidence: Evidence
) -> dict[str, Any]:
    return {
        "name": name,
        "title": title,
        "count": rows.height,
        "cards": [
            _card(row, evidence) for row in rows.head(SHOWN).iter_rows(named=True)
        ],
    }


def _card(row: dict[str, Any], evidence: Evidence) -> dict[str, Any]:
    schema = evidence.schema
    cells = evidence.rows.row(row["at"], named=True)
    sources = [source for column in schema.columns for source in column.sources]
    sides = []
    for side, title in (("image_only", "image only"),
                        ("fusion", evidence.facts["fusion"])):  # fmt: skip
        sure = row.get(f"{side}_confidence")
        sides.append(
            {
                "title": title,
                "answer": t.cell(row[side]),
                "sure": "" if sure is None else f"{100 * sure:.0f} % sure",
                "right": row[side] == row["truth"],
            }
        )
    return {
        "row": row["row"],
        "picture": small_picture(row["picture"], SIDE),
        "truth": t.cell(row["truth"]),
        "sides": sides,
        "cells": [(name, t.cell(cells[name])) for name in sources[:MOST_CELLS]],
        "more": max(0, len(sources) - MOST_CELLS),
    }
