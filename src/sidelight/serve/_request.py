"""A request's body to rows: metadata that was checked, and uploaded pictures."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, NoReturn

from fastapi import HTTPException, Request
from pydantic import BaseModel, ValidationError

from sidelight.errors import nearest
from sidelight.predictor import columns_of
from sidelight.serve._form import parts_of
from sidelight.serve._gate import BODY
from sidelight.serve._models import Served

MOST_ERRORS = 20  # of a row, in an answer
FIELDS = ("metadata", "image", "class")


@dataclass(frozen=True)
class Row:
    """What is asked about.

    Attributes:
        cells: Checked metadata by the table's columns.
        files: The pictures' bytes.
    """

    cells: dict[str, Any]
    files: tuple[bytes, ...]


@dataclass(frozen=True)
class BadRow:
    """A row of several that cannot be answered.

    Attributes:
        problem: Why.
        column: The column at fault; None for the picture or the row as a whole.
    """

    problem: str
    column: str | None = None


def form_of(request: Request, served: Served) -> tuple[Row, str | None]:
    """Return the row of a form, and the class it asks about.

    Raises:
        HTTPException: 422 if it is no form, or its metadata cannot be used.
    """
    kind, body = request.headers.get("content-type", ""), request.scope[BODY]
    try:
        form = parts_of(kind, body)
    except ValueError as error:
        refuse(f"this is no form that can be read: {error}")
    strange = [name for name in form if name not in FIELDS]
    if strange:
        close = nearest(strange[0], FIELDS)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        known = ", ".join(FIELDS)
        refuse(f"there is no field {strange[0]!r} ({known}){hint}", strange[0])
    texts = {name: parts[-1].text for name, parts in form.items() if name != "image"}
    images = [part for part in form.get("image", []) if part.is_file or part.data]
    if not all(part.is_file for part in images):
        refuse("the field 'image' holds no file", "image")
    given = parsed(texts.get("metadata", "{}").encode())
    row = Row(checked(served.rows, given), tuple(part.data for part in images))
    return row, texts.get("class")


def rows_of(request: Request, served: Served, most: int) -> list[Row | BadRow]:
    """Return the rows of a JSON body; one that cannot be used stops none of the others.

    Raises:
        HTTPException: 422 if it is no JSON of that shape, 413 if there are too many.
    """
    given = parsed(request.scope[BODY])
    if not isinstance(given, dict) or set(given) != {"rows"}:
        refuse('the body has to be {"rows": [{"metadata": {…}, "image": "…"}, …]}')
    rows = given["rows"]
    if not isinstance(rows, list) or not rows:
        refuse("'rows' has to be a list with at least one row", "rows")
    if len(rows) > most:
        text = f"{len(rows)} rows came, and this server takes {most} at once"
        raise HTTPException(413, text)
    return [_row(row, served) for row in rows]


def _row(row: Any, served: Served) -> Row | BadRow:
    if not isinstance(row, dict) or not set(row) <= {"metadata", "image"}:
        return BadRow("a row has 'metadata', an object, and 'image', in base64")
    images = row.get("image")
    texts = [] if images is None else images if isinstance(images, list) else [images]
    try:
        files = tuple(base64.b64decode(text, validate=True) for text in texts)
    except (binascii.Error, TypeError, ValueError):
        return BadRow("'image' is no base64")
    try:
        return Row(
            columns_of(served.rows.model_validate(row.get("metadata", {}))), files
        )
    except ValidationError as error:
        first = problems(error, served.rows)[0]
        place = first["loc"][-1] if first["loc"] else None
        return BadRow(first["msg"], None if place is None else str(place))


def checked(rows: type[BaseModel], given: Any) -> dict[str, Any]:
    """Return checked metadata by column.

    Raises:
        HTTPException: 422 that names each column at fault.
    """
    try:
        return dict(columns_of(rows.model_validate(given)))
    except ValidationError as error:
        raise HTTPException(422, problems(error, rows)) from None


def problems(error: ValidationError, rows: type[BaseModel]) -> list[dict[str, Any]]:
    """Return what is wrong, column by column, without repeating what was sent."""
    known = [str(field.alias) for field in rows.model_fields.values()]
    found = []
    for one in error.errors(include_url=False, include_input=False)[:MOST_ERRORS]:
        place = [str(part)[:200] for part in one["loc"]]
        text = one["msg"].removeprefix("Value error, ")
        if one["type"] == "extra_forbidden":
            close = nearest(place[-1], known)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            text = f"the model takes no column {place[-1]!r}{hint}"
        elif one["type"] == "missing":
            text = f"the column {place[-1]!r} is required"
        found.append({"loc": ["metadata", *place], "msg": text, "type": one["type"]})
    return found


def parsed(data: bytes) -> Any:
    """Return what JSON says; NaN and Infinity are not in it.

    Raises:
        HTTPException: 422 if it is none.
    """
    try:
        return json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        said = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        refuse(f"this is no JSON: {said[:200]}")


def _no_constant(name: str) -> NoReturn:
    message = f"{name} is no number; leave a gap out, or write null"
    raise ValueError(message)


def refuse(text: str, field: str | None = None) -> NoReturn:
    """Refuse a request as FastAPI refuses one.

    Raises:
        HTTPException: Always.
    """
    place = ["body"] if field is None else [field[:200]]
    raise HTTPException(422, [{"loc": place, "msg": text, "type": "value_error"}])
