"""What a model takes, as JSON for programs and as a form's fields for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sidelight.predictor import ColumnSignature, Signature

MOST_WORDS = 1000  # of a column, in a description
PLACES = ("latitude", "longitude")
PLACE_LIMITS = {"latitude": 90, "longitude": 180}


def described(signature: Signature, name: str) -> dict[str, Any]:
    """Return a model's task, classes, picture, and an entry for each table column."""
    image = signature.image
    return {
        "model": name,
        "version": signature.version,
        "fingerprint": signature.fingerprint,
        "task": signature.task,
        "classes": list(signature.classes),
        "targets": list(signature.targets),
        "image": None
        if image is None
        else {
            **image.model_dump(mode="json", exclude={"rule", "input"}),
            "resize": image.rule.resize,
        },
        "columns": [entry for c in signature.columns for entry in _entries(c)],
    }


def example_row(signature: Signature) -> dict[str, Any]:
    """Return a row as training had them, by the table's columns."""
    return {
        source: _example(column)
        for column in signature.columns
        for source in column.sources
    }


def jsonable(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with its moments as text."""
    return {
        name: cell.isoformat() if isinstance(cell, datetime) else cell
        for name, cell in row.items()
    }


def _entries(column: ColumnSignature) -> list[dict[str, Any]]:
    return [
        {
            "column": column.column,
            "source": source,
            "part": PLACES[position] if column.kind == "location" else None,
            "kind": column.kind,
            "required": column.required,
            **_range(column, position),
            "words": column.training.get("words", [])[:MOST_WORDS],
            "example": jsonable({source: _example(column)})[source],
        }
        for position, source in enumerate(column.sources)
    ]


def _range(column: ColumnSignature, position: int) -> dict[str, Any]:
    if column.kind == "location":
        limit = PLACE_LIMITS[PLACES[position]]
        return {"low": -limit, "high": limit}
    training = column.training
    return {"low": training.get("low"), "high": training.get("high")}


def _example(column: ColumnSignature) -> Any:
    """Return a value that training may have had, of any kind."""
    training = column.training
    if column.kind == "numeric":
        return training["fill"]
    if column.kind in ("categorical", "multi_hot"):
        words = [*training["words"], *training["rare"], ""]
        return words[0]
    if column.kind == "datetime":
        return datetime.fromisoformat(training["low"])
    return column.kind == "boolean" or 0.0  # yes, and the Gulf of Guinea
