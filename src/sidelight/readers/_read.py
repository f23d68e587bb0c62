"""Any source in, checked table out."""

from __future__ import annotations

import warnings
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from sidelight.errors import (
    ColumnNotFoundError,
    ConfigError,
    DataWarning,
    TableError,
    nearest,
)
from sidelight.readers._frames import frame_name, is_frame, to_polars
from sidelight.readers._join import Join, join_tables
from sidelight.readers._keys import Side
from sidelight.readers._pictures import add_picture_columns
from sidelight.readers.tables import _document
from sidelight.readers.tables._base import check_file
from sidelight.redact import redact
from sidelight.registry import READERS
from sidelight.stores import fetch_one, is_remote
from sidelight.table import (
    NULL_VALUES,
    OnBad,
    Table,
    check_table,
    infer_schema,
    infer_task,
)
from sidelight.table._cells import blank, clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    import pyarrow as pa

    from sidelight.readers.tables._base import SourceReader
    from sidelight.schema import Schema


def read_table(
    source: str | Path | pl.DataFrame | pd.DataFrame | pa.Table,
    *,
    image: str | Sequence[str] | None = None,
    max_pictures: int | None = None,
    target: str | Sequence[str] | None = None,
    images: str | Path | None = None,
    sql: str | None = None,
    asset: str | None = None,
    join: Sequence[Join] = (),
    headers: Sequence[str] = (),
    from_name: str | None = None,
    kinds: Mapping[str, str] | None = None,
    drop: Sequence[str] = (),
    lat: str | None = None,
    lon: str | None = None,
    task: str | None = None,
    classes: Sequence[str] = (),
    log_target: bool = False,
    weight: str | None = None,
    schema: Schema | None = None,
    on_bad: OnBad = "error",
    null_values: Sequence[str] | None = None,
    decimal: str = ".",
    keep: Sequence[str] = (),
    learn: bool | None = None,
    may_miss: bool = False,
    look: bool = True,
) -> Table:
    """Read a table and check all of it: columns, cells, target and pictures.

    Args:
        source: A file (CSV, TSV, Parquet, Arrow, JSON lines, Excel), a database
            (sqlite:///scenes.db, duckdb:///…, postgresql://…, mysql://…), a folder of
            pictures, or a frame of Polars, pandas or Arrow.
        image: The column that names each row's picture. Several pictures a row stand
            in several columns (a list, or their names with commas between) or as a list
            in one: "a.jpg;b.jpg", or a column of lists.
        max_pictures: The most pictures that a cell may list; None takes the longest
            list, 1 reads each cell as one name, semicolons included.
        target: The column to predict, or several columns of numbers: a list, or their
            names with commas between.
        images: The folder where relative picture paths start. Without it they start
            at the table's own folder, or at the working folder for a frame.
        sql: What to select from a database, or the name of its table; for Excel, of
            a sheet.
        asset: Which asset of a STAC catalogue is the picture: its key, the name of a
            band in it, or its role. Not needed if only one asset is a picture.
        join: Tables whose columns are added, each found by a key; see `Join`.
        headers: What is read from the pictures' own headers, as columns such as
            `exif_time`: "exif", "xmp", "geotiff", "dicom" or "sidecar" (JSON beside
            each); "dicom:PatientID" reads a further field by its name.
        from_name: A pattern that takes the pictures' names apart:
            "{site}_{date:%Y%m%d}_{n:int}.jpg" gives three columns.
        kinds: Column kinds that are given, not inferred: {"zone": "categorical"}.
        drop: Columns that shall not be metadata.
        lat: The column of latitudes in degrees; found by name if not given.
        lon: The column of longitudes in degrees.
        task: "binary", "multiclass" or "regression", if not to be told from the target;
            "multilabel" (cells such as a;b) and "ordinal" are never guessed.
        classes: The order of an ordinal target's classes, lowest first; not needed
            where they are numbers.
        log_target: Whether `log(1 + y)` of an amount is learned; answers are in its
            own units.
        weight: The column of positive weights of the rows in training.
        schema: What each column is for, from a run or edited by hand. Nothing is
            inferred then, other columns are ignored, and the target may be absent or
            empty (the table then has none).
        on_bad: "error" raises for bad rows; "drop" leaves them out, counts and warns;
            "keep" keeps them with bad cells emptied and says what is wrong in
            `Table.as_read`, for an audit.
        null_values: Words that mean an empty cell, instead of `NULL_VALUES`.
        decimal: The decimal sign of numbers in text, "." or ",".
        keep: Columns that have to be there for something else, such as the group or a
            ready-made split. All columns stay in `Table.frame`; whether these are
            metadata too is for `drop` to say.
        learn: Whether the rows are to be learned from, so that the target is judged
            and leaks are looked for. By default, if no schema is given.
        may_miss: For a model that can do without: metadata columns of the schema may be
            absent (every cell is missing then), and rows may name no picture.
        look: Whether the pictures are looked for. Otherwise the table has none, and
            their headers are read where they still are.

    Raises:
        TableError: If the file, its columns or cells cannot be used.
        ColumnNotFoundError: If a named column is missing; suggests the nearest.
        ImageError: If rows name no usable picture.
        ConfigError: If the wishes contradict one another.
    """
    reader, frame, name, root = _read(source, sql, asset)
    if reader is not None and schema is None:
        image = reader.image if image is None else image
        if target is None and reader.target in frame.columns:
            target = reader.target
        drop = _with_part(reader.part, frame, name, drop, keep)
    nulls = NULL_VALUES if null_values is None else tuple(null_values)
    _check_options(on_bad, decimal)
    wishes: dict[str, object] = {"headers": headers, "from_name": from_name}
    wishes |= {"kinds": kinds, "drop": drop}
    wishes |= {"lat": lat, "lon": lon, "task": task, "classes": classes}
    wishes |= {"log_target": log_target, "weight": weight}
    wishes |= {"max_pictures": max_pictures}
    if schema is not None:
        _refuse_wishes(wishes)
        headers, from_name = schema.headers, schema.from_name
        max_pictures = schema.max_pictures
    named = _named(image, frame)
    pictures = named or ([] if schema is None else list(schema.images))
    say = partial(
        add_picture_columns,
        headers=headers,
        from_name=from_name,
        max_pictures=max_pictures,
        null_values=nulls,
        wanted=None if schema is None or join else _wanted(schema, target, keep),
    )
    notes: list[str] = []
    # A site or a patient that pictures name may be the key of another table.
    early = bool(pictures) and set(pictures) <= set(frame.columns)
    if early:
        frame, notes = say(frame, pictures, _root(images, root), source=name)
    joined = join_tables(
        Side(frame, name, root),
        join,
        lambda other, query: _read(other, query, None)[1:],
        images=pictures,
        null_values=nulls,
    )
    frame, name = joined.side.frame, joined.side.name
    named = _named(image, frame)
    root = _root(images, joined.root_of(pictures))
    if not early and (not may_miss or set(pictures) <= set(frame.columns)):
        frame, notes = say(frame, pictures, root, source=name)
    for column in keep:
        if column not in frame.columns:
            raise ColumnNotFoundError(column, frame.columns, path=name)
    learn = schema is None if learn is None else learn
    targets = _named(target, frame)
    if schema is not None:
        schema = _fitted_to(schema, frame, named, targets, nulls, learn=learn)
        if may_miss:
            frame = _with_gaps(frame, schema, name)
    else:
        schema = infer_schema(
            frame,
            source=name,
            image=named[0] if named else None,
            more_images=named[1:],
            max_pictures=max_pictures,
            target=targets[0] if targets else None,
            more_targets=targets[1:],
            kinds=kinds,
            drop=drop,
            latitude=lat,
            longitude=lon,
            task=task,
            classes=classes,
            log_target=log_target,
            weight=weight,
            null_values=nulls,
            decimal=decimal,
        )
        asked = {"headers": tuple(headers), "from_name": from_name}
        schema = schema.model_copy(update=asked)
    table = check_table(
        frame,
        schema if look else schema.without_pictures(),
        source=name,
        image_root=root,
        on_bad=on_bad,
        null_values=nulls,
        decimal=decimal,
        learn=learn,
        may_miss=may_miss,
        wrong=joined.problems if on_bad != "error" else (),
    )
    return replace(table, notes=(*joined.notes, *notes, *table.notes))


def find_reader(source: str) -> SourceReader:
    """Return the reader for a path or URL, told by its looks.

    Raises:
        TableError: If it is no file, or no reader knows it; lists what there is.
    """
    entries = READERS.entries()
    for entry in sorted(entries, key=lambda entry: entry.obj.general):
        reader: SourceReader = entry.obj()
        if reader.matches(source):
            return reader
    if "://" not in source:
        check_file(Path(source))  # a folder or a mistyped name says so first
    known = "; ".join(f"{entry.name}: {entry.summary}" for entry in entries)
    message = "no reader knows this kind of table"
    if "://" not in source and Path(source).suffix.lower() in _document.SUFFIXES:
        message = f"no reader knows this kind of JSON: {_document.described(source)}"
    raise TableError(message, path=source, fix=f"There are {known}.")


def _read(
    source: Any, sql: str | None, asset: str | None
) -> tuple[SourceReader | None, pl.DataFrame, str, Path | str]:
    """Return who read it, the frame, its name in messages, and its pictures' folder."""
    if is_frame(source):
        if sql is not None:
            message = "a query (sql=) needs a database, but the table is in memory"
            raise ConfigError(message)
        if asset is not None:
            message = "an asset (asset=) needs a STAC catalogue, but this is a table"
            raise ConfigError(message)
        return None, to_polars(source), frame_name(source), Path.cwd()
    if not isinstance(source, (str, Path)):
        message = f"a table cannot be read from a {type(source).__name__}"
        fix = "Pass a path, a database's URL, or a Polars, pandas or Arrow table."
        raise ConfigError(message, fix=fix)
    if is_remote(source):
        return _read_remote(str(source), sql, asset)
    reader = find_reader(str(source))
    frame = reader.read(str(source), sql=sql, asset=asset)
    return reader, frame, redact(str(source)), reader.root_of(str(source))


def _read_remote(
    source: str, sql: str | None, asset: str | None
) -> tuple[SourceReader, pl.DataFrame, str, str]:
    """Read a table in an object store; its pictures' folder is the URL of its own."""
    local, shown = str(fetch_one(source)), redact(source)
    reader = find_reader(local)
    try:
        frame = reader.read(local, sql=sql, asset=asset)
    except TableError as error:  # the sentence cites what was asked for, not the copy
        if error.path != local:
            raise
        raise TableError(
            error.problem,
            path=shown,
            column=error.column,
            rows=error.rows,
            values=error.values,
            fix=error.fix,
        ) from None
    return reader, frame, shown, source.rpartition("/")[0]


def _with_part(
    part: str | None,
    frame: pl.DataFrame,
    source: str,
    drop: Sequence[str],
    keep: Sequence[str],
) -> Sequence[str]:
    """Return what is no metadata, a ready-made split among it; says how to use one."""
    if part not in frame.columns or part is None or part in drop:
        return drop
    if part not in keep:
        message = (
            f"{source} is divided already: its column {part!r} says which rows are "
            f"train, val and test. --split-column {part} keeps that; otherwise the "
            "rows are divided anew."
        )
        warnings.warn(message, DataWarning, stacklevel=3)
    return (*drop, part)


def _check_options(on_bad: str, decimal: str) -> None:
    for option, value, allowed in (
        ("on_bad", on_bad, ("error", "drop", "keep")),
        ("decimal", decimal, (".", ",")),
    ):
        if value not in allowed:
            message = f"{option} is {value!r}"
            fix = f"It can be {' or '.join(map(repr, allowed))}."
            raise ConfigError(message, fix=fix)


def _root(images: str | Path | None, beside: Path | str) -> Path | str:
    if images is None:
        return beside
    if is_remote(images):
        return str(images)
    folder = Path(images).expanduser()
    if not folder.is_dir():
        there = "is not a folder" if folder.exists() else "does not exist"
        message = f"the folder of the pictures {there}"
        raise ConfigError(message, path=folder, fix="Correct --images FOLDER.")
    return folder


def _refuse_wishes(wishes: Mapping[str, object]) -> None:
    given = [name for name, wish in wishes.items() if wish]
    if given:
        message = f"{' and '.join(given)} cannot be given beside a schema"
        raise ConfigError(message, fix="Write it into the schema, or leave it out.")


def _wanted(
    schema: Schema, target: str | Sequence[str] | None, keep: Sequence[str]
) -> set[str]:
    """Return the columns that a given schema has use of, besides the pictures."""
    sources = [name for column in schema.columns for name in column.sources]
    more = target.split(",") if isinstance(target, str) else target or ()
    weight = [schema.weight] if schema.weight is not None else []
    named = (*schema.targets, *more, *weight, *keep)
    return {*sources, *(name.strip() for name in named)}


def _with_gaps(frame: pl.DataFrame, schema: Schema, source: str) -> pl.DataFrame:
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


def _named(given: str | Sequence[str] | None, frame: pl.DataFrame) -> list[str]:
    """Return the columns that are meant; a comma in a column's name divides nothing."""
    if given is None:
        return []
    if isinstance(given, str):
        parts = [part.strip() for part in given.split(",")]
        return [given] if given in frame.columns else [p for p in parts if p]
    return list(given)


def _fitted_to(
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
