"""Any source in, checked table out."""

from __future__ import annotations

import warnings
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sidelight.errors import ColumnNotFoundError, ConfigError, DataWarning
from sidelight.readers._join import Join, join_tables
from sidelight.readers._keys import Side
from sidelight.readers._open import open_source
from sidelight.readers._pictures import add_picture_columns
from sidelight.readers._stored_schema import (
    fitted_to,
    refuse_wishes,
    wanted_columns,
    with_gaps,
)
from sidelight.stores import is_remote
from sidelight.table import NULL_VALUES, OnBad, Table, check_table, infer_schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    import polars as pl
    import pyarrow as pa

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
    opened = open_source(source, sql, asset)
    frame, name, reader = opened.frame, opened.name, opened.reader
    if reader is not None and schema is None:
        image = reader.image if image is None else image
        if target is None and reader.target in frame.columns:
            target = reader.target
        drop = _with_part(reader.part, frame, name, drop, keep)
    nulls = NULL_VALUES if null_values is None else tuple(null_values)
    _check_options(on_bad, decimal)
    inferring: dict[str, Any] = {
        "kinds": kinds,
        "drop": drop,
        "latitude": lat,
        "longitude": lon,
        "task": task,
        "classes": classes,
        "log_target": log_target,
        "weight": weight,
        "max_pictures": max_pictures,
    }
    if schema is not None:
        refuse_wishes({**inferring, "headers": headers, "from_name": from_name})
        headers, from_name = schema.headers, schema.from_name
        max_pictures = schema.max_pictures
    pictures = _named(image, frame) or ([] if schema is None else list(schema.images))
    ask_pictures = partial(
        add_picture_columns,
        headers=headers,
        from_name=from_name,
        max_pictures=max_pictures,
        null_values=nulls,
        wanted=None if schema is None or join else wanted_columns(schema, target, keep),
    )
    notes: list[str] = []
    # A site or a patient that pictures name may be the key of another table.
    early = bool(pictures) and set(pictures) <= set(frame.columns)
    if early:
        root = _root(images, opened.root)
        frame, notes = ask_pictures(frame, pictures, root, source=name)
    joined = join_tables(
        Side(frame, name, opened.root), join, images=pictures, null_values=nulls
    )
    frame, name = joined.side.frame, joined.side.name
    root = _root(images, joined.root_of(pictures))
    if not early and (not may_miss or set(pictures) <= set(frame.columns)):
        frame, notes = ask_pictures(frame, pictures, root, source=name)
    for column in keep:
        if column not in frame.columns:
            raise ColumnNotFoundError(column, frame.columns, path=name)
    learn = schema is None if learn is None else learn
    # A join may have brought the columns that are meant.
    named, targets = _named(image, frame), _named(target, frame)
    if schema is not None:
        schema = fitted_to(schema, frame, named, targets, nulls, learn=learn)
        if may_miss:
            frame = with_gaps(frame, schema, name)
    else:
        schema = infer_schema(
            frame,
            source=name,
            image=named[0] if named else None,
            more_images=named[1:],
            target=targets[0] if targets else None,
            more_targets=targets[1:],
            null_values=nulls,
            decimal=decimal,
            **inferring,
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


def _named(given: str | Sequence[str] | None, frame: pl.DataFrame) -> list[str]:
    """Return the columns that are meant; a comma in a column's name divides nothing."""
    if given is None:
        return []
    if isinstance(given, str):
        parts = [part.strip() for part in given.split(",")]
        return [given] if given in frame.columns else [p for p in parts if p]
    return list(given)
