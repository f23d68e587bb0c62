"""`sidelight predict`: answers for new rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from sidelight.cli import _options as o
from sidelight.cli._backend import load_backend
from sidelight.errors import ConfigError

SUFFIXES = (".parquet", ".csv")


def predict(
    run: Annotated[str, typer.Argument(help="Run directory, such as runs/NAME.")],
    source: Annotated[str, typer.Argument(help="Table of the new rows.")],
    output: Annotated[
        str, typer.Option("--output", "-o", help="File to write: .parquet or .csv")
    ] = "predictions.parquet",
    images: o.Images = None,
    sql: o.Sql = None,
    asset: o.Asset = None,
    join: o.Join = None,
    on: o.On = None,
    cardinality: o.Cardinalities = None,
    on_bad: o.OnBad = "error",
    cache: o.Cache = None,
    as_json: o.Json = False,
) -> None:
    """Predict for new rows; the target column may be there or not."""
    if Path(output).suffix not in SUFFIXES:
        problem = f"predictions cannot be written as {Path(output).suffix!r}"
        raise ConfigError(problem, fix="Name a file that ends in .parquet or .csv.")
    load_backend()
    from sidelight.readers import Join
    from sidelight.workflow import predict_with_run

    frame, flags = predict_with_run(
        run,
        source,
        Path(output),
        images=images,
        sql=sql,
        asset=asset,
        join=[Join.model_validate(j) for j in o.joins(join, on, cardinality)],
        on_bad=on_bad,
        cache=None if cache is None else Path(cache),
    )
    if as_json:
        shown = {"output": output, "rows": frame.height, "noticed": flags}
        typer.echo(json.dumps(shown, indent=2))
        return
    typer.echo(f"{frame.height} predictions written to {output}")
    for flag in flags:
        typer.echo(f"  {flag}")
