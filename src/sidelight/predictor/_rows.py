"""Rows of plain values, such as JSON has: checked, and turned into a file's inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FiniteFloat,
    create_model,
)

from sidelight.predictor._signature import ColumnSignature, Signature
from sidelight.schema import Kind

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST = 1e30  # as in tables
LONGEST = 10_000  # characters of a text
NOT_A_TIME = np.iinfo(np.int64).min  # as NumPy writes NaT
SEPARATOR = ";"


def _no_truth(value: Any) -> Any:
    if isinstance(value, bool):
        message = "true and false are no numbers"
        raise ValueError(message)
    return value


def _no_number(value: Any) -> Any:
    if isinstance(value, (bool, int, float)):
        message = "a moment is a text such as 2024-05-01T10:00:00Z"
        raise ValueError(message)
    return value


def _as_text(value: Any) -> Any:
    """Take a whole number for a word, as a table does with a column of codes."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def _as_words(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return SEPARATOR.join(value)
    return value


def _number(largest: float) -> Any:
    limits = Field(ge=-largest, le=largest)
    return Annotated[FiniteFloat, BeforeValidator(_no_truth), limits]


_TEXT = Field(max_length=LONGEST)
LATITUDE, LONGITUDE = _number(90), _number(180)
CELLS: dict[Kind, tuple[Any, ...]] = {
    "numeric": (_number(LARGEST),),
    "boolean": (bool,),
    "categorical": (Annotated[str, BeforeValidator(_as_text), _TEXT],),
    "multi_hot": (Annotated[str, BeforeValidator(_as_words), _TEXT],),
    "datetime": (Annotated[datetime, BeforeValidator(_no_number)],),
    "location": (LATITUDE, LONGITUDE),
}


def row_model(signature: Signature) -> type[BaseModel]:
    """Return the class of a row: a field for each of the table's columns.

    A column may be None or left out unless its gaps are errors; what is no column is
    refused. Fields are reached by `columns_of`, for columns may have any name.
    """
    fields: dict[str, Any] = {}
    for column in signature.columns:
        for source, cell in zip(column.sources, CELLS[column.kind], strict=True):
            field = f"column_{len(fields)}"
            if column.required:
                fields[field] = (cell, Field(alias=source, title=source))
            else:
                given = Field(default=None, alias=source, title=source)
                fields[field] = (cell | None, given)
    config = ConfigDict(extra="forbid", frozen=True)
    return create_model("Metadata", __config__=config, **fields)


def columns_of(row: BaseModel) -> dict[str, Any]:
    """Return a checked row's values by the table's columns."""
    return row.model_dump(by_alias=True)


def as_inputs(
    signature: Signature, rows: Sequence[Mapping[str, Any]]
) -> dict[str, NDArray[Any]]:
    """Return a file's inputs for checked rows.

    Args:
        signature: The file's.
        rows: Values by the table's columns, from `columns_of`; None is a gap.

    Returns:
        `(rows,)` for each input of metadata: float64, int64 or text.
    """
    found = {}
    for column in signature.columns:
        for source, name in zip(column.sources, column.inputs, strict=True):
            found[name] = _array(column, [row.get(source) for row in rows])
    return found


def _array(column: ColumnSignature, cells: list[Any]) -> NDArray[Any]:
    if column.kind in ("categorical", "multi_hot"):
        return np.array([(cell or "").strip() for cell in cells], dtype=object)
    if column.kind == "datetime":
        return np.array([seconds_of(cell) for cell in cells], dtype=np.int64)
    numbers = [np.nan if cell is None else float(cell) for cell in cells]
    return np.array(numbers, dtype=np.float64)


def seconds_of(moment: datetime | None) -> int:
    """Return whole seconds since 1970 in UTC; a moment without a zone is in UTC."""
    if moment is None:
        return int(NOT_A_TIME)
    since = in_utc(moment) - datetime(1970, 1, 1, tzinfo=UTC)
    return since.days * 86_400 + since.seconds


def in_utc(moment: datetime) -> datetime:
    """Return a moment with a zone; one without is in UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
