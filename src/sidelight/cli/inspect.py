"""`sidelight inspect`: what each column of a table would be used for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from sidelight.cli import _options as o
from sidelight.cli._backend import load_backend
from sidelight.runs import RunDirectory

SHORT = 24
WIDEST = 46


def inspect(
    source: Annotated[
        str, typer.Argument(help="Table: a file, a database's URL, a folder; or a run.")
    ],
    image: o.Image = None,
    max_pictures: o.MaxPictures = None,
    target: o.Target = None,
    images: o.Images = None,
    sql: o.Sql = None,
    asset: o.Asset = None,
    join: o.Join = None,
    on: o.On = None,
    cardinality: o.Cardinalities = None,
    headers: o.Headers = None,
    from_name: o.FromName = None,
    kind: o.Kinds = None,
    drop: o.Drop = None,
    lat: o.Lat = None,
    lon: o.Lon = None,
    task: o.Task = None,
    classes: o.Classes = None,
    log_target: o.LogTarget = False,
    weight: o.Weight = None,
    on_bad: o.OnBad = "error",
    null: o.Null = None,
    decimal: o.Decimal = ".",
    save: Annotated[
        str | None, typer.Option(help="Write the schema to this JSON file.")
    ] = None,
    as_json: o.Json = False,
) -> None:
    """Show what is read from a table, or what a run did to each column."""
    load_backend()
    from sidelight.workflow import inspect as look

    if RunDirectory(Path(source)).status.exists():
        rows = look(source)
    else:
        from sidelight.readers import Join, read_table
        from sidelight.table import NULL_VALUES, save_schema

        table = read_table(
            source,
            image=image,
            max_pictures=max_pictures,
            target=target,
            images=images,
            sql=sql,
            asset=asset,
            join=[Join.model_validate(j) for j in o.joins(join, on, cardinality)],
            headers=o.headers(headers),
            from_name=from_name,
            kinds=o.pairs(kind, "--kind"),
            drop=o.names(drop),
            lat=lat,
            lon=lon,
            task=task,
            classes=o.names(classes),
            log_target=log_target,
            weight=weight,
            on_bad=o.on_bad(on_bad),
            null_values=(*NULL_VALUES, *(null or ())),
            decimal=decimal,
        )
        rows = look(table)
        if save is not None:
            save_schema(table.schema, Path(save))
    if as_json:
        typer.echo(json.dumps(rows, indent=2, default=str))
        return
    if not rows:
        typer.echo("no columns")
        return
    from sidelight.cli._show import console

    console().print(_grid(rows))
    if save is not None:
        typer.echo(f"schema written to {save}")


def _grid(rows: list[dict[str, Any]]) -> Any:
    from sidelight.cli._show import grid

    # The sources repeat the name except for a location, whose kind tells them.
    names = [name for name in rows[0] if name != "sources"]
    made = grid(*names)
    cells = [[_text(row[name]) for name in names] for row in rows]
    for index, column in enumerate(made.columns):
        column.justify, column.no_wrap = "left", True
        width = max(len(text) for text in (names[index], *(c[index] for c in cells)))
        if width <= SHORT:  # long columns give way to short ones
            column.min_width = width
    for line in cells:
        made.add_row(*line)
    return made


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        value = ", ".join(str(item) for item in value)
    text = "" if value is None else str(value)
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"
