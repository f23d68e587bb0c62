"""The OpenAPI description, with the schema and an example of the models served now."""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from sidelight.predictor import Signature
from sidelight.serve._answers import Answer
from sidelight.serve._described import example_row, jsonable
from sidelight.serve._models import Models, Served

REFUSALS = {
    "400": "The client left before its request was there",
    "401": "An API key is asked for, and was not given",
    "404": "There is no model of that name",
    "408": "The request's body came too slowly",
    "413": "The body, the picture, or the number of rows is too large",
    "415": "Neither a form nor JSON",
    "422": "The metadata or the picture cannot be used; says which and why",
    "429": "Too many requests at once; try again after Retry-After seconds",
}
DETAIL = {
    "type": "object",
    "required": ["detail"],
    "properties": {
        "detail": {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["loc", "msg", "type"],
                        "properties": {
                            "loc": {"type": "array", "items": {"type": "string"}},
                            "msg": {"type": "string"},
                            "type": {"type": "string"},
                        },
                    },
                },
            ]
        }
    },
}


def add_openapi(app: FastAPI, models: Models) -> None:
    """Give the application a description that follows its models."""

    def describe() -> dict[str, Any]:
        text = get_openapi(title=app.title, version=app.version, routes=app.routes)
        served = models.current()
        paths = text["paths"]
        for route in ("/predict", "/explain"):
            operation = paths[route]["post"]
            operation["requestBody"] = _body(served, several=route == "/predict")
            operation["responses"] = _responses(_answer(route))
        for path, methods in paths.items():
            for operation in methods.values():
                refusals = _responses({}) if path == "/schema" else {}
                refusals.pop("200", None)
                operation["responses"] = {**refusals, **operation["responses"]}
                for parameter in operation.get("parameters", ()):
                    if parameter["name"] == "model":
                        names = {"type": "string", "enum": models.names}
                        parameter["schema"] = names
        paths["/readyz"]["get"]["responses"]["503"] = _json("Not ready", {})
        figures = {"text/plain": {"schema": {"type": "string"}}}
        paths["/metrics"]["get"]["responses"]["200"]["content"] = figures
        for path in ("/healthz", "/readyz"):
            paths[path]["get"]["security"] = []
        return text

    app.openapi = describe  # type: ignore[method-assign]


def _body(served: Served, *, several: bool) -> dict[str, Any]:
    signature = served.signature
    row = jsonable(example_row(signature))
    metadata = served.rows.model_json_schema(by_alias=True)
    form: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "metadata": {
                "type": "string",
                "contentMediaType": "application/json",
                "contentSchema": metadata,
                "example": json.dumps(row, ensure_ascii=False),
            }
        },
    }
    if not several:
        names = list(signature.names)
        form["properties"]["class"] = {"type": "string", "enum": names}
    if signature.image is not None:
        form["required"] = ["image"]
        form["properties"]["image"] = _files(signature)
    kinds: dict[str, Any] = {"multipart/form-data": {"schema": form}}
    if several:
        kinds["application/json"] = {
            "schema": _rows(signature, metadata),
            "example": {"rows": [{"metadata": row}]},
        }
    return {"required": True, "content": kinds}


def _files(signature: Signature) -> dict[str, Any]:
    one = {"type": "string", "format": "binary"}
    image = signature.image
    if image is None or image.pictures == 1:
        return one
    return {"type": "array", "items": one, "minItems": 1, "maxItems": image.pictures}


def _rows(signature: Signature, metadata: dict[str, Any]) -> dict[str, Any]:
    text = {"type": "string", "contentEncoding": "base64"}
    properties: dict[str, Any] = {"metadata": metadata}
    if signature.image is not None:
        properties["image"] = {
            "anyOf": [text, {"type": "array", "items": text}, {"type": "null"}]
        }
    row = {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "required": ["rows"],
        "additionalProperties": False,
        "properties": {"rows": {"type": "array", "items": row, "minItems": 1}},
    }


def _answer(route: str) -> dict[str, Any]:
    if route == "/explain":
        return {"type": "object", "required": ["heat", "effects"]}
    answer = Answer.model_json_schema()
    definitions = answer.pop("$defs")
    answer["properties"]["flags"]["items"] = definitions["FlagModel"]
    return {"type": "object", "required": ["model", "fingerprint"], **answer}


def _responses(answer: dict[str, Any]) -> dict[str, Any]:
    refusals = {code: _json(text, DETAIL) for code, text in REFUSALS.items()}
    return {"200": _json("The answer", answer), **refusals}


def _json(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "description": text,
        "content": {"application/json": {"schema": schema}},
    }
