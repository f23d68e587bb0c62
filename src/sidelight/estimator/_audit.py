"""`sidelight.audit_table`: what is doubtful about the data, before a training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sidelight.audit import Audit
from sidelight.errors import ConfigError
from sidelight.experiments._given import given_options
from sidelight.report import write_audit
from sidelight.table import Table
from sidelight.workflow import audit_source


def audit_table(
    table: Any,
    *,
    image: str | Sequence[str] | None = None,
    target: str | None = None,
    images: str | Path | None = None,
    pixels: bool = True,
    options: dict[str, Any] | None = None,
) -> Audit:
    """Doubt a table, its pictures and the split they would be trained with.

    Rows that cannot be used are findings here, not errors. Nothing is changed.

    Args:
        table: A path, or a Polars, pandas or Arrow frame.
        image: Column that names the pictures.
        target: Column to predict.
        images: Folder that relative picture paths start from.
        pixels: Whether every picture is read and decoded.
        options: Further options by section, as in `config.yaml`; those of "table" and
            "split" matter.

    Returns:
        The findings, the worst first: `.findings`, `.counts()`, `.is_severe`,
        `.to_dict()`, `.report("audit.html")`.

    Raises:
        InputError: If the table cannot be read at all, or a column does not exist.
    """
    if isinstance(table, Table):
        problem = "an audit reads the table itself, with the flaws that reading refuses"
        raise ConfigError(problem, fix="Pass the file or the frame it was read from.")
    _, config = given_options(table, options, image=image, target=target, images=images)
    found = audit_source(config, table, pixels=pixels, progress=False)
    return replace(found, page=write_audit)
