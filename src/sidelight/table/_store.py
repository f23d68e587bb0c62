"""A schema as a JSON file that a person can read and edit."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import ValidationError

from sidelight.errors import ConfigError
from sidelight.schema import Schema


def save_schema(schema: Schema, path: str | Path) -> None:
    """Write a schema as indented JSON; a file that stood there is replaced whole."""
    path = Path(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        draft.write_text(schema.model_dump_json(indent=2) + "\n", encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def load_schema(path: str | Path) -> Schema:
    """Return the schema of a JSON file.

    Raises:
        ConfigError: If there is no such file, or it is damaged: says which field.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        message = "there is no such schema file"
        raise ConfigError(message, path=path) from None
    except (OSError, UnicodeDecodeError) as failure:
        message = f"the schema cannot be read: {failure}"
        raise ConfigError(message, path=path) from None
    try:
        return Schema.model_validate_json(text)
    except ValidationError as failure:
        first = failure.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        message = f"this is no schema: {place + ': ' if place else ''}{first['msg']}"
        fix = "`sidelight inspect TABLE` shows one that is whole."
        raise ConfigError(message, path=path, fix=fix) from None
