"""The rows: how many, what is missing, how they are spread, how they look."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from markupsafe import Markup

from sidelight.report import _text as t
from sidelight.report._pictures import small_picture
from sidelight.report._sources import Data
from sidelight.report.charts.histogram import date_text, number_chart
from sidelight.report.charts.map import coastlines, map_chart

PARTS = ("train", "val", "test")
MOST_COLUMNS = 30
MOST_LEVELS = 8
SHEET, SIDE = 24, 112  # pictures, pixels


def context(data: Data) -> dict[str, Any]:
    """Return the section about the table."""
    counts = {part: int((data.part == part).sum()) for part in PARTS}
    total = len(data.part)
    left_out = total - sum(counts.values())
    columns = list(data.schema.columns)
    return {
        "total": total,
        "parts": [
            {"name": t.PARTS[part], "style": part, "rows": count,
             "share": round(100 * count / max(total, 1), 1)}
            for part, count in counts.items()
        ],
        "left_out": left_out,
        "of_fold": data.of_fold,
        "target": _column(data, data.schema.target or "", "target"),
        "columns": [
            *(_column(data, name, "target") for name in data.schema.more_targets),
            *(_column(data, source, column.kind)
            for column in columns[:MOST_COLUMNS]
            for source in column.sources),
        ],
        "hidden": max(0, len(columns) - MOST_COLUMNS),
        "sheet": _sheet(data),
        "map": _map(data),
        "has_coast": bool(coastlines()),
    }  # fmt: skip


def _column(data: Data, name: str, kind: str) -> dict[str, Any]:
    cells = data.frame[name]
    missing = cells.null_count()
    return {
        "name": name,
        "kind": kind,
        "missing": missing,
        "missing_share": t.share(missing, len(cells)),
        **_spread(data, name, cells),
    }


def _spread(data: Data, name: str, cells: pl.Series) -> dict[str, Any]:
    title = f"How {name} is spread over training, validation and test rows"
    numbers = cells.dt.epoch("s") if cells.dtype in (pl.Date, pl.Datetime) else cells
    if not numbers.dtype.is_numeric() or cells.n_unique() <= 2:
        return {"chart": Markup(""), "levels": _levels(data, cells), "distinct":
                cells.n_unique()}  # fmt: skip
    values = {
        part: numbers.filter(data.part == part).drop_nulls().to_numpy()
        for part in PARTS
    }
    if numbers is cells:
        chart = number_chart(title, values)
    else:
        every = np.concatenate(list(values.values()))
        low, high = (every.min(), every.max()) if len(every) else (0.0, 1.0)
        chart = number_chart(title, values, date_text(low, high), num_ticks=3)
    return {"chart": chart, "levels": [], "distinct": 0}


def _levels(data: Data, cells: pl.Series) -> list[dict[str, Any]]:
    """Return the most frequent values with their share of each part's rows."""
    frame = pl.DataFrame({"value": cells.cast(pl.String), "part": data.part})
    often = (
        frame.group_by("value")
        .len()
        .sort("len", "value", descending=[True, False], nulls_last=True)
        .head(MOST_LEVELS)
    )
    sizes = dict(frame.group_by("part").len().iter_rows())
    counts = {
        (value, part): count
        for value, part, count in frame.group_by("value", "part").len().iter_rows()
    }
    top = max(
        (counts.get((value, part), 0) / sizes.get(part, 1)
         for value in often["value"] for part in PARTS),
        default=1.0,
    ) or 1.0  # fmt: skip
    return [
        {
            "value": t.cell(value),
            "rows": count,
            "bars": [
                {
                    "style": part,
                    "share": t.share(counts.get((value, part), 0), sizes.get(part, 0)),
                    "width": round(
                        100 * counts.get((value, part), 0) / sizes.get(part, 1) / top, 1
                    ),
                }
                for part in PARTS
            ],
        }
        for value, count in often.iter_rows()
    ]


def _sheet(data: Data) -> list[dict[str, Any]]:
    """Return some pictures with their labels, from all over the classes or numbers."""
    if data.schema.image is None or data.picture.null_count() == len(data.picture):
        return []
    target = data.frame[data.schema.target or ""]
    order = target.arg_sort(nulls_last=True).to_numpy()
    places = np.linspace(0, len(order) - 1, min(SHEET, len(order))).round().astype(int)
    return [
        {
            "picture": small_picture(data.picture[int(at)], SIDE),
            "label": t.cell(target[int(at)]),
            "row": data.row[int(at)],
        }
        for at in order[places]
    ]


def _map(data: Data) -> Markup:
    """Return where the rows are; nothing where there is no location."""
    places = [c for c in data.schema.columns if c.kind == "location"]
    if not places:
        return Markup("")
    lat, lon = places[0].sources
    known = data.frame.select(
        pl.col(lon).cast(pl.Float64).alias("lon"),
        pl.col(lat).cast(pl.Float64).alias("lat"),
    ).with_columns(data.part.alias("part")).drop_nulls()  # fmt: skip
    if known.is_empty():
        return Markup("")
    points = {
        part: known.filter(pl.col("part") == part).select("lon", "lat").to_numpy()
        for part in PARTS
    }
    return map_chart("Where training, validation and test rows are", points)
