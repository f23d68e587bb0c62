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

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MOST_CLASSES = 20  # whole numbers with more distinct values are an amount
_PAIRS = ({"true", "false"}, {"yes", "no"})
_NESTED = (pl.List, pl.Array, pl.Struct, pl.Binary, pl.Object, pl.Time, pl.Duration)


def infer_schema(
    frame: pl.DataFrame,
    *,
    source: str,
    image: str | None,
    target: str | None,
    kinds: Mapping[str, str] | None = None,
    drop: Sequence[str] = (),
    latitude: str | None = None,
    longitude: str | None = None,
    task: str | None = None,
    null_values: Sequence[str] = NULL_VALUES,
    decimal: str = ".",
) -> Schema:
    """Return what each column of a frame is for.

    Args:
        frame: The table as read; text may still hold numbers and dates.
        source: The table's name in messages.
        image: The column that names the pictures.
        target: The column to predict.
        kinds: Column kinds that are given, not guessed.
        drop: Columns that shall not be metadata.
        latitude: The column of latitudes in degrees; found by name if not given.
        longitude: The column of longitudes in degrees.
        task: The kind of answer, if it is not to be told from the target.
        null_values: Words that mean an empty cell.
        decimal: The decimal sign of numbers written as text: "." or ",".

    Raises:
        ColumnNotFoundError: If a named column does not exist.
        ConfigError: If the wishes contradict one another.
        TableError: If the image column or the target holds lists or the like.
        UnknownNameError: If a kind or task is none.
    """
    kinds = dict(kinds or {})
    frame = cells_.clean(frame, null_values, image=image)
    _check_wishes(frame, source, image, target, kinds, drop, latitude, longitude)
    if task is not None and task not in get_args(Task):
        message = "task"
        raise UnknownNameError(message, task, get_args(Task))
    ignored = _by_request(image, target, drop)
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
    if target is not None and task is None:
        task = _task(frame[target], kinds.get(target), decimal)
    return Schema(
        image=image,
        target=target,
        task=cast("Task | None", task if target is not None else None),
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


def _check_wishes(
    frame: pl.DataFrame,
    source: str,
    image: str | None,
    target: str | None,
    kinds: Mapping[str, str],
    drop: Sequence[str],
    latitude: str | None,
    longitude: str | None,
) -> None:
    named: Iterable[str | None] = [image, target, latitude, longitude, *kinds, *drop]
    for name in named:
        if name is not None and name not in frame.columns:
            raise ColumnNotFoundError(name, frame.columns, path=source)
    for name in (image, target):
        if name is not None and isinstance(frame[name].dtype, _NESTED):
            message = f"the cells are of type {frame[name].dtype}"
            fix = "The image column and the target have to be text or numbers."
            raise TableError(message, path=source, column=name, fix=fix)
    if (latitude is None) != (longitude is None):
        given = "latitude" if longitude is None else "longitude"
        message = f"only the {given} column is given"
        raise ConfigError(message, fix="Name both: --lat NAME --lon NAME.")
    if image is not None and image == target:
        message = f"{image!r} cannot be both the image column and the target"
        raise ConfigError(message)
    for name in drop:
        if name in (image, target, latitude, longitude):
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
    image: str | None, target: str | None, drop: Sequence[str]
) -> dict[str, str]:
    ignored = dict.fromkeys(drop, "left out on request")
    if image is not None:
        ignored[image] = "names the picture"
    if target is not None:
        ignored[target] = "is the target"
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
    return "is the same in every row" if cells.n_unique() == 1 else ""


def _is_number(cells: pl.Series, decimal: str) -> bool:
    return cells_.share_of_numbers(cells, decimal) >= SHARE


def _number_kind(cells: pl.Series, decimal: str) -> tuple[Kind | None, str]:
    values = cells_.numbers(cells, decimal)
    if values.null_count() or values.n_unique() < len(values):
        return "numeric", ""
    if not bool((values == values.floor()).all()):
        return "numeric", ""
    bounds = float(values.min()), float(values.max())  # type: ignore[arg-type]
    counts_rows = len(values) > 2 and bounds[1] - bounds[0] == len(values) - 1
    if counts_rows or names_rows(cells.name):
        return None, "numbers the rows: every value is another one"
    return "numeric", ""


def _text_kind(text: pl.Series) -> tuple[Kind | None, str]:
    filled = text.drop_nulls()
    levels = set(filled.str.to_lowercase().unique().to_list()[:5])
    if any(levels == pair for pair in _PAIRS):
        return "boolean", ""
    forms = date_forms(filled)
    if forms.count() >= SHARE * len(filled):
        found = forms.drop_nulls().unique().to_list()
        if any(form in FORMS for form in found):
            return "datetime", ""
        written = " and ".join(sorted(found))
        return None, f"dates written as {written}; ISO 8601 (2021-03-04) would be read"
    if filled.n_unique() == len(filled):
        return None, "names the rows: every text is another one"
    return "categorical", ""
