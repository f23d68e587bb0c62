"""Raw rows for a LiteRT model and its answers in words; needs nothing but Python.

    reader = Reader("columns.json")
    blocks = reader.inputs({"depth": 12.5, "sensor": "a", "taken": 1714557600})
    reader.answer([0.1, 0.9])

A row has a value for each name in `reader.names`: a number, a text, True or False, or
for a time its seconds since 1970 in UTC, its text or a `datetime`. What is missing is
None, NaN, or not there. What was learned from the training rows is in columns.json.
"""

from __future__ import annotations

import json
import math
import re
import struct
from datetime import datetime, timedelta, timezone
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017 - older Pythons
DAY_S, YEAR_D = 86_400, 365.2425


class Reader:
    """What columns.json says, applied."""

    def __init__(self, path: Any) -> None:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123
            self.about = json.load(file)
        self.columns = self.about["columns"]
        self.names = [name for column in self.columns for name in column["inputs"]]

    def inputs(self, row: dict[str, Any]) -> dict[str, list[float]]:
        """Return the network's inputs for one row, but for the picture, as lists."""
        blocks: dict[str, list[float]] = {name: [] for name in self.about["blocks"]}
        present: dict[str, list[float]] = {"numeric": [], "categorical": []}
        for column in self.columns:
            cells = [self._cell(row.get(name)) for name in column["inputs"]]
            absent = any(cell is None for cell in cells)
            values = ENCODERS[column["kind"]](column, None if absent else cells)
            if column["indicator"]:
                values.append(float(absent))
            blocks[column["block"]] += values
            present[column["block"]].append(float(not absent))
        if self.about["present"]:  # the last says that there is a picture
            blocks["present"] = present["numeric"] + present["categorical"] + [1.0]
        return blocks

    def answer(self, output: list[float]) -> dict[str, Any]:
        """Return what a row of the network's output means."""
        about = self.about
        if about["task"] == "regression":
            pairs = zip(output, about["spreads"], about["centers"])  # noqa: B905
            values = [value * spread + center for value, spread, center in pairs]
            if about["log"]:
                largest = about["largest_log"]
                values = [math.expm1(min(max(value, 0.0), largest)) for value in values]
            return dict(zip(about["targets"], values))  # noqa: B905
        if about["task"] == "binary":
            output = [1.0 - output[0], output[0]]
        found: dict[str, Any] = {"probability": dict(zip(about["classes"], output))}  # noqa: B905
        if about["task"] != "multilabel":
            likeliest = max(range(len(output)), key=output.__getitem__)
            return {"label": about["classes"][likeliest], **found}
        return found

    def _cell(self, value: Any) -> Any:
        if value is None or value != value:
            return None
        if isinstance(value, str) and value in ("", *self.about["missing_words"]):
            return None
        return value


def _numeric(column: Any, cells: Any) -> list[float]:
    value = column["fill"] if cells is None else float(cells[0])
    if column["scale"] == "log":
        size = math.log1p(abs(value) / column["log_unit"])
        value = math.copysign(size, value) if value else 0.0
    return [min(max((value - column["center"]) / column["spread"], -10.0), 10.0)]


def _boolean(_column: Any, cells: Any) -> list[float]:
    return [0.0 if cells is None else 1.0 if cells[0] else -1.0]


def _categorical(column: Any, cells: Any) -> list[float]:
    word = "" if cells is None else str(cells[0])
    return [column["codes"].get(word, column["unknown"])]


def _multi_hot(column: Any, cells: Any) -> list[float]:
    parts = [] if cells is None else re.split("[;|]", str(cells[0]))
    words = {part.strip() for part in parts} - {""}
    known = [float(word in words) for word in column["words"]]
    # The last is for words that training never saw: no network looks at it.
    return [*known, float(any(word in words for word in column["rare"])), 0.0]


def _datetime(column: Any, cells: Any) -> list[float]:
    if cells is None:
        return [0.0] * (4 if column["has_hours"] else 2)
    moment = cells[0]
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    if not isinstance(moment, datetime):
        moment = EPOCH + timedelta(seconds=int(moment))
    elif moment.tzinfo is not None:
        moment = moment.astimezone(timezone.utc)  # noqa: UP017
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    time_of_day = seconds / DAY_S
    turns = [(moment.timetuple().tm_yday - 1 + time_of_day) / YEAR_D, time_of_day]
    angles = [_single(2 * math.pi * turn) for turn in turns[: 1 + column["has_hours"]]]
    return [part for angle in angles for part in (math.sin(angle), math.cos(angle))]


def _location(_column: Any, cells: Any) -> list[float]:
    if cells is None:
        return [0.0, 0.0, 0.0]
    # In float32 as in training: there, 180 degrees east are a little more than π.
    latitude, longitude = (_single(math.radians(float(cell))) for cell in cells)
    radius = math.cos(latitude)
    return [
        radius * math.cos(longitude),
        radius * math.sin(longitude),
        math.sin(latitude),
    ]


def _single(value: float) -> float:
    """Return the nearest float32."""
    return float(struct.unpack("f", struct.pack("f", value))[0])


ENCODERS = {
    "numeric": _numeric,
    "boolean": _boolean,
    "categorical": _categorical,
    "multi_hot": _multi_hot,
    "datetime": _datetime,
    "location": _location,
}
