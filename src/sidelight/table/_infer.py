"""What every column is for, told from its name and its cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast, get_args

import polars as pl

from sidelight.errors import ConfigError, UnknownNameError
from sidelight.schema import Column, Schema, Task
from sidelight.table import _cells as cells_
from sidelight.table._cells import NULL_VALUES
from sidelight.table._kinds import is_number, kind_of, pairs_of
from sidelight.table._slots import most_pictures
from sidelight.table._task import check_task, task_of, task_of_several
from sidelight.table._wishes import check_nested, check_weight, check_wishes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def infer_schema(
    frame: pl.DataFrame,
    *,
    source: str,
    image: str | None,
    target: str | None,
    more_images: Sequence[str] = (),
    max_pictures: int | None = None,
    kinds: Mapping[str, str] | None = None,
    drop: Sequence[str] = (),
    latitude: str | None = None,
    longitude: str | None = None,
    task: str | None = None,
    more_targets: Sequence[str] = (),
    classes: Sequence[str] = (),
    log_target: bool = False,
    weight: str | None = None,
    null_values: Sequence[str] = NULL_VALUES,
    decimal: str = ".",
) -> Schema:
    """Return what each column of a frame is for.

    Args:
        frame: The table as read; text may still hold numbers and dates.
        source: The table's name in messages.
        image: The column that names the pictures.
        target: The column to predict.
        more_images: Further columns that name a row's second, third, … picture.
        max_pictures: The most pictures that a cell of `image` may list; None takes
            the longest list, 1 reads each cell as one name.
        kinds: Column kinds that are given, not guessed.
        drop: Columns that shall not be metadata.
        latitude: The column of latitudes in degrees; found by name if not given.
        longitude: The column of longitudes in degrees.
        task: The kind of answer, if it is not to be told from the target.
        more_targets: Further columns to predict beside the target, all numbers.
        classes: The order of the classes of an ordinal task, lowest first.
        log_target: Whether the logarithm of an amount is to be learned.
        weight: The column of the rows' weights in training.
        null_values: Words that mean an empty cell.
        decimal: The decimal sign of numbers written as text: "." or ",".

    Raises:
        ColumnNotFoundError: If a named column does not exist.
        ConfigError: If the wishes contradict one another.
        TableError: If the image column or the target holds lists or the like.
        UnknownNameError: If a kind or task is none.
    """
    kinds = dict(kinds or {})
    images = [] if image is None else [image, *more_images]
    frame = cells_.clean(frame, null_values, images=images)
    targets = [] if target is None else [target, *more_targets]
    check_wishes(frame, source, images, targets, kinds, drop, latitude, longitude)
    if task is not None and task not in get_args(Task):
        message = "task"
        raise UnknownNameError(message, task, get_args(Task))
    check_weight(frame, source, weight, [*images, *targets, latitude, longitude])
    check_nested(frame, source, images, targets, task)
    most = _most_pictures(frame, source, images, max_pictures, null_values)
    ignored = _by_request(images, targets, drop)
    if weight is not None:
        ignored[weight] = "weighs the rows"
    free = [n for n in frame.columns if n not in ignored]
    pairs = pairs_of(frame, free, kinds, latitude, longitude, decimal)
    members = {name: pair for pair in pairs for name in pair.sources}
    columns: list[Column] = []
    for name in free:
        if name in members:
            if members[name] not in columns:
                columns.append(members[name])
            continue
        kind, reason = kind_of(frame[name], kinds.get(name), decimal)
        if kind is None:
            ignored[name] = reason
        else:
            columns.append(Column(name=name, kind=kind, sources=(name,)))
    if len(targets) > 1:
        numbers = [
            kinds.get(name) == "numeric" or is_number(frame[name], decimal)
            for name in targets
        ]
        task = task_of_several(targets, numbers, task)
    if target is not None and task is None:
        task = task_of(frame[target], kinds.get(target), decimal)
    check_task(task, classes, log_target=log_target)
    return Schema(
        image=image,
        more_images=tuple(more_images),
        max_pictures=most,
        target=target,
        more_targets=tuple(more_targets),
        task=cast("Task | None", task if target is not None else None),
        classes=tuple(cells_.labels(pl.Series(classes, dtype=pl.String))),
        log_target=log_target,
        weight=weight,
        columns=tuple(columns),
        ignored=ignored,
    )


def _most_pictures(
    frame: pl.DataFrame,
    source: str,
    images: Sequence[str],
    asked: int | None,
    null_values: Sequence[str],
) -> int | None:
    """Return how many pictures a cell lists at most; None where it names one."""
    if len(images) == 1:
        cells = frame[images[0]]
        return most_pictures(cells, asked, source=source, null_values=null_values)
    if asked is not None:
        problem = "a most number of pictures is for a column that lists them"
        fix = "Leave --max-pictures (max_pictures) out, or name one column of lists."
        raise ConfigError(problem, path=source, fix=fix)
    return None


def _by_request(
    images: Sequence[str], targets: Sequence[str], drop: Sequence[str]
) -> dict[str, str]:
    ignored = dict.fromkeys(drop, "left out on request")
    ignored.update(dict.fromkeys(images, "names the picture"))
    ignored.update(dict.fromkeys(targets, "is the target"))
    return ignored
