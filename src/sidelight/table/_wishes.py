"""Whether what is wished of a table can be had from its columns, and agrees."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import polars as pl

from sidelight.errors import (
    ColumnNotFoundError,
    ConfigError,
    TableError,
    UnknownNameError,
)
from sidelight.schema import Kind
from sidelight.table._kinds import NESTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def check_weight(
    frame: pl.DataFrame, source: str, weight: str | None, used: Sequence[str | None]
) -> None:
    """Refuse a column of weights that is not there, or used for something else."""
    if weight is None:
        return
    if weight not in frame.columns:
        raise ColumnNotFoundError(weight, frame.columns, path=source)
    if weight in used:
        problem = f"{weight!r} cannot weigh the rows: it is used for something else"
        raise ConfigError(problem, fix="Name another column with --weight (weight=…).")


def check_nested(
    frame: pl.DataFrame,
    source: str,
    images: Sequence[str],
    targets: Sequence[str],
    task: str | None,
) -> None:
    """Refuse lists and the like where one text or number is needed."""
    for name in (*images, *targets):
        if not isinstance(frame[name].dtype, NESTED):
            continue
        fix = "The image column and the target have to be text or numbers."
        if isinstance(frame[name].dtype, (pl.List, pl.Array)):
            if [name] == list(images) or (name in targets and task == "multilabel"):
                continue
            fix = "Lists of pictures stand in one column, which is named alone."
            if name in targets:
                fix = "If these are labels, pass --task multilabel (task='multilabel')."
        message = f"the cells are of type {frame[name].dtype}"
        raise TableError(message, path=source, column=name, fix=fix)


def check_wishes(
    frame: pl.DataFrame,
    source: str,
    images: Sequence[str],
    targets: Sequence[str],
    kinds: Mapping[str, str],
    drop: Sequence[str],
    latitude: str | None,
    longitude: str | None,
) -> None:
    """Refuse columns and kinds that do not exist, or contradict one another."""
    named: Iterable[str | None] = [
        *images,
        *targets,
        latitude,
        longitude,
        *kinds,
        *drop,
    ]
    for name in named:
        if name is not None and name not in frame.columns:
            raise ColumnNotFoundError(name, frame.columns, path=source)
    if (latitude is None) != (longitude is None):
        given = "latitude" if longitude is None else "longitude"
        message = f"only the {given} column is given"
        raise ConfigError(message, fix="Name both: --lat NAME --lon NAME.")
    for name in images:
        if name in targets:
            message = f"{name!r} cannot be both the image column and the target"
            raise ConfigError(message)
    if len(set(images)) < len(images):
        message = f"a column of pictures is named twice: {', '.join(images)}"
        raise ConfigError(message)
    if len(set(targets)) < len(targets):
        message = f"a target is named twice: {', '.join(targets)}"
        raise ConfigError(message)
    for name in drop:
        if name in (*images, *targets, latitude, longitude):
            message = f"{name!r} is to be dropped, but it is needed"
            raise ConfigError(message, fix=f"Take {name!r} out of --drop.")
    for kind in kinds.values():
        if kind not in get_args(Kind):
            message = "column kind"
            raise UnknownNameError(message, kind, get_args(Kind))
    places = [n for n, k in kinds.items() if k == "location"]
    if places and not set(places) <= {latitude, longitude}:
        message = f"a location is two columns, not {places[0]!r} alone"
        raise ConfigError(message, fix="Name both: --lat NAME --lon NAME.")
