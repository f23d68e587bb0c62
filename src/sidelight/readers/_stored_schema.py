"""A schema that is given: what it asks of a table, and how it is fitted to one."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import polars as pl

from sidelight.errors import ConfigError, DataWarning, nearest
from sidelight.table import infer_task
from sidelight.table._cells import blank, clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sidelight.schema import Schema


def refuse_wishes(wishes: Mapping[str, object]) -> None:
    """Refuse what only an inferred schema can heed.

    Raises:
        ConfigError: Naming every wish that is given.
    """
    short = {"latitude": "lat", "longitude": "lon"}  # as they are passed
    given = [short.get(name, name) for name, wish in wishes.items() if wish]
    if given:
        message = f"{' and '.join(given)} cannot be given beside a schema"
        raise ConfigError(message, fix="Write it into the schema, or leave it out.")


def wanted_columns(
    schema: Schema, target: str | Sequence[str] | None, keep: Sequence[str]
) -> set[str]:
    """Return the columns that a given schema has use of, besides the pictures."""
    sources = [name for column in schema.columns for name in column.sources]
    more = target.split(",") if isinstance(target, str) else target or ()
    weight = [schema.weight] if schema.weight is not None else []
    named = (*schema.targets, *more, *weight, *keep)
    return {*sources, *(name.strip() for name in named)}


def with_gaps(frame: pl.DataFrame, schema: Schema, source: str) -> pl.DataFrame:
    """Return the frame with an empty column for each that the schema has besides.

    Warns of every such column: it may be absent, or its name may be mistyped.
    """
    sources = [name for column in schema.columns for name in column.sources]
    needed = [*schema.images, *sources]
    absent = [name for name in needed if name not in frame.columns]
    for name in absent:
        close = nearest(name, frame.columns)
        hint = f" There is {close[0]!r}." if close else ""
        message = f"{source} has no column {name!r}: all rows do without it.{hint}"
        warnings.warn(message, DataWarning, stacklevel=3)
    return frame.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)


def fitted_to(
    schema: Schema,
    frame: pl.DataFrame,
    images: Sequence[str],
    targets: Sequence[str],
    null_values: Sequence[str],
    *,
    learn: bool,
) -> Schema:
    """Return a given schema for this frame: renamed, and without an absent target."""
    if images:
        renamed = {"image": images[0], "more_images": tuple(images[1:])}
        if schema.image is not None and len(images) != len(schema.images):
            problem = f"the pictures are in {len(images)} columns: {', '.join(images)}"
            fix = f"The schema has {len(schema.images)}: {', '.join(schema.images)}."
            raise ConfigError(problem, fix=fix)
        schema = schema.model_copy(update=renamed)
    required = learn or bool(targets)
    targets = targets or schema.targets
    if not targets:
        return schema
    known = all(name in frame.columns for name in targets)
    judged = known and schema.task != "multilabel"  # there an empty cell is an answer
    empty = judged and blank(frame[targets[0]], null_values).all()
    if not required and (not known or empty):
        return schema.without_target()
    task = schema.task
    if task is None and known:
        cells = clean(frame.select(targets), null_values)
        task = infer_task(cells[targets[0]]) if len(targets) == 1 else "regression"
    update: dict[str, Any] = {"target": targets[0], "more_targets": tuple(targets[1:])}
    update["task"] = task
    if not learn:
        update["weight"] = None
    return schema.model_copy(update=update)
