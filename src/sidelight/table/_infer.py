"""What every column is for, told from its name and its cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast, get_args

import polars as pl

from sidelight.errors import (
    ColumnNotFoundError,
    ConfigError,
    TableError,
    UnknownNameError,
)
from sidelight.schema import Column, Kind, Schema, Task
from sidelight.table import _cells as cells_
from sidelight.table._cells import NULL_VALUES, SHARE
from sidelight.table._dates import FORMS, date_forms
from sidelight.table._names import location_pairs, names_rows
from sidelight.table._slots import most_pictures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_CLASSES = 20  # whole numbers with more distinct values are an amount
_PAIRS = ({"true", "false"}, {"yes", "no"})
MOST_SPELLINGS = 2**4 + 2**5  # true and false, each letter large or small
_NESTED = (pl.List, pl.Array, pl.Struct, pl.Binary, pl.Object, pl.Time, pl.Duration)


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
    _check_wishes(frame, source, images, targets, kinds, drop, latitude, longitude)
    if task is not None and task not in get_args(Task):
        message = "task"
        raise UnknownNameError(message, task, get_args(Task))
    _check_weight(frame, source, weight, [*images, *targets, latitude, longitude])
    _check_nested(frame, source, images, targets, task)
    most = _most_pictures(frame, source, images, max_pictures, null_values)
    ignored = _by_request(images, targets, drop)
    if weight is not None:
        ignored[weight] = "weighs the rows"
    free = [n for n in frame.columns if n not in ignored]
    pairs = _pairs(frame, free, kinds, latitude, longitude, decimal)
    members = {name: pair for pair in pairs for name in pair.sources}
    columns: list[Column] = []
    for name in free:
        if name in members:
            if members[name] not in columns:
                columns.append(members[name])
            continue
        kind, reason = _kind(frame[name], kinds.get(name), decimal)
        if kind is None:
            ignored[name] = reason
        else:
            columns.append(Column(name=name, kind=kind, sources=(name,)))
    numbers = [kinds.get(n) == "numeric" or _is_number(frame[n], decimal)
               for n in targets]  # fmt: skip
    if len(targets) > 1:
        task = _task_of_several(targets, numbers, task)
    if target is not None and task is None:
        task = _task(frame[target], kinds.get(target), decimal)
    _check_task(task, classes, log_target=log_target)
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


def infer_task(cells: pl.Series, decimal: str = ".") -> Task:
    """Return the kind of answer a target asks for.

    Text and yes/no are classes; whole numbers are too if there are at most 20 of them
    and each is met twice on average; other numbers are an amount.
    """
    text = cells_.labels(cells).drop_nulls()
    num_labels = text.n_unique()
    if _is_number(cells, decimal):
        values = cells_.numbers(cells, decimal).drop_nulls()
        whole = bool((values == values.floor()).all())
        if not whole or num_labels > min(MOST_CLASSES, len(values) / 2):
            return "regression"
    return "binary" if num_labels <= 2 else "multiclass"


def _task(cells: pl.Series, given: str | None, decimal: str) -> Task:
    if given == "numeric":
        return "regression"
    if given is None:
        return infer_task(cells, decimal)
    num_labels = cells_.labels(cells).drop_nulls().n_unique()
    return "binary" if num_labels <= 2 else "multiclass"


def _task_of_several(targets: list[str], numbers: list[bool], task: str | None) -> str:
    """Return the task of several targets: amounts are all they can be."""
    if task in (None, "regression") and all(numbers):
        return "regression"
    odd = [name for name, is_number in zip(targets, numbers, strict=True)
           if not is_number]  # fmt: skip
    problem = f"several targets have to be numbers, and {odd[0]!r} is not" if odd else (
        f"several targets are amounts, but the task is {task}"
    )  # fmt: skip
    fix = (
        "For several labels a row, write them into one column as a;b and pass --task "
        "multilabel (task='multilabel')."
    )
    raise ConfigError(problem, fix=fix)


def _check_task(task: str | None, classes: Sequence[str], *, log_target: bool) -> None:
    if classes and task != "ordinal":
        problem = f"an order of classes is for an ordinal task, and this one is {task}"
        fix = "Pass --task ordinal (task='ordinal'), or leave --classes out."
        raise ConfigError(problem, fix=fix)
    if classes and len(set(classes)) < max(2, len(classes)):
        problem = f"the order of classes is {', '.join(map(repr, classes))}"
        raise ConfigError(problem, fix="Name at least two classes, each once.")
    if log_target and task != "regression":
        problem = f"the logarithm of a target is for amounts, and the task is {task}"
        fix = "Pass --task regression, or leave --log-target (log_target) out."
        raise ConfigError(problem, fix=fix)


def _check_weight(
    frame: pl.DataFrame, source: str, weight: str | None, used: Sequence[str | None]
) -> None:
    if weight is None:
        return
    if weight not in frame.columns:
        raise ColumnNotFoundError(weight, frame.columns, path=source)
    if weight in used:
        problem = f"{weight!r} cannot weigh the rows: it is used for something else"
        raise ConfigError(problem, fix="Name another column with --weight (weight=…).")


def _check_nested(
    frame: pl.DataFrame,
    source: str,
    images: Sequence[str],
    targets: Sequence[str],
    task: str | None,
) -> None:
    for name in (*images, *targets):
        if not isinstance(frame[name].dtype, _NESTED):
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


def _check_wishes(
    frame: pl.DataFrame,
    source: str,
    images: Sequence[str],
    targets: Sequence[str],
    kinds: Mapping[str, str],
    drop: Sequence[str],
    latitude: str | None,
    longitude: str | None,
) -> None:
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


def _by_request(
    images: Sequence[str], targets: Sequence[str], drop: Sequence[str]
) -> dict[str, str]:
    ignored = dict.fromkeys(drop, "left out on request")
    ignored.update(dict.fromkeys(images, "names the picture"))
    ignored.update(dict.fromkeys(targets, "is the target"))
    return ignored


def _pairs(
    frame: pl.DataFrame,
    free: Sequence[str],
    kinds: Mapping[str, str],
    latitude: str | None,
    longitude: str | None,
    decimal: str,
) -> list[Column]:
    if latitude is not None and longitude is not None:
        chosen = [("", latitude, longitude)]
    else:
        open_names = [n for n in free if n not in kinds]
        chosen = [
            (affix, lat, lon)
            for affix, lat, lon in location_pairs(open_names)
            if all(
                _is_number(frame[n], decimal) and not _empty_or_constant(frame[n])
                for n in (lat, lon)
            )
        ]
    pairs = []
    for affix, lat, lon in chosen:
        name = "location" if not affix or len(chosen) == 1 else f"location_{affix}"
        if name in frame.columns:
            name = f"{lat}_{lon}"
        pairs.append(Column(name=name, kind="location", sources=(lat, lon)))
    return pairs


def _kind(cells: pl.Series, given: str | None, decimal: str) -> tuple[Kind | None, str]:
    if isinstance(cells.dtype, _NESTED):
        return None, f"holds values of type {cells.dtype}, which are no metadata"
    reason = _empty_or_constant(cells)
    if reason:
        return None, reason
    if given is not None:
        return cast("Kind", given), ""
    if cells.dtype == pl.Boolean:
        return "boolean", ""
    if cells.dtype.is_temporal():
        return "datetime", ""
    if _is_number(cells, decimal):
        return _number_kind(cells, decimal)
    return _text_kind(cells)


def _empty_or_constant(cells: pl.Series) -> str:
    if cells.null_count() == len(cells):
        return "is empty in every row"
    # A column that is either one value or empty does say something.
    same = not cells.null_count() and bool((cells == cells[0]).all())
    return "is the same in every row" if same else ""


def _is_number(cells: pl.Series, decimal: str) -> bool:
    return cells_.share_of_numbers(cells, decimal) >= SHARE


def _number_kind(cells: pl.Series, decimal: str) -> tuple[Kind | None, str]:
    values = cells_.numbers(cells, decimal)
    if values.null_count() or not bool((values == values.floor()).all()):
        return "numeric", ""
    if values.n_unique() < len(values):
        return "numeric", ""
    bounds = float(values.min()), float(values.max())  # type: ignore[arg-type]
    counts_rows = len(values) > 2 and bounds[1] - bounds[0] == len(values) - 1
    if counts_rows or names_rows(cells.name):
        return None, "numbers the rows: every value is another one"
    return "numeric", ""


def _text_kind(text: pl.Series) -> tuple[Kind | None, str]:
    filled = text.drop_nulls()
    distinct = filled.unique()
    few = distinct.head(MOST_SPELLINGS + 1)
    if len(few) <= MOST_SPELLINGS and set(few.str.to_lowercase()) in _PAIRS:
        return "boolean", ""
    # Every way of writing a date begins with a digit, which is soon looked for.
    if filled.str.contains(r"^\d").sum() >= SHARE * len(filled):
        forms = date_forms(filled)
        if forms.count() >= SHARE * len(filled):
            return _date_kind(forms.drop_nulls().unique().to_list())
    if len(distinct) == len(filled):
        return None, "names the rows: every text is another one"
    return "categorical", ""


def _date_kind(forms: Sequence[str]) -> tuple[Kind | None, str]:
    if any(form in FORMS for form in forms):
        return "datetime", ""
    written = " and ".join(sorted(forms))
    return None, f"dates written as {written}; ISO 8601 (2021-03-04) would be read"
