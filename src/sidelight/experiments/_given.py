"""What a Python call hands over: a table in any form, options by section."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sidelight.table import Table
from sidelight.workflow import RunConfig, make_config, read


def given_options(
    table: Any,
    options: dict[str, Any] | None,
    *,
    image: str | Sequence[str] | None,
    target: str | None,
    images: str | Path | None,
) -> tuple[dict[str, Any], RunConfig]:
    """Return the options that were given, by section, and the configuration of them.

    Args:
        table: As for `given_table`; a path is written into the configuration.
        options: Options by section, as in `config.yaml`; they win over the next three.
        image: Column that names the pictures; a list of columns for several a row.
        target: Column to predict.
        images: Folder that relative picture paths start from.

    Raises:
        ConfigError: Naming an option that is unknown or out of range.
    """
    given = {name: dict(part) for name, part in (options or {}).items()}
    said = {"image": image, "target": target, "images": images and str(images)}
    given["table"] = {
        **{name: value for name, value in said.items() if value is not None},
        **given.get("table", {}),
    }
    if isinstance(table, str | Path):
        given["table"]["source"] = str(table)
    return given, make_config(given)


def given_table(table: Any, config: RunConfig) -> Table:
    """Return the checked rows of a `Table`, a path or a frame.

    Raises:
        TableError: If the table cannot be used.
        ImageError: If pictures are missing.
    """
    if isinstance(table, Table):
        return table
    return read(config.table, config.split, table)


def tell(line: str) -> None:
    """Print a line on standard error."""
    sys.stderr.write(f"{line}\n")


def say_nothing(line: str) -> None:
    """Print nothing."""
    del line
