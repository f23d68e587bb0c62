"""`sidelight predict`: answers for new rows, however many."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sidelight.cli import _options as o
from sidelight.cli._backend import load_backend
from sidelight.cli._progress import bar
from sidelight.errors import ConfigError

if TYPE_CHECKING:
    from sidelight.workflow import Predicted

SUFFIXES = (".parquet", ".csv")


def predict(
    model: Annotated[str, typer.Argument(help="Run directory, or what export wrote.")],
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
    strict: Annotated[
        bool, typer.Option("--strict", help="Stop at a row that cannot be answered.")
    ] = False,
    batch_size: Annotated[
        int, typer.Option(min=1, help="Rows that the network is asked at once.")
    ] = 64,
    as_json: o.Json = False,
) -> None:
    """Predict for new rows; the target column may be there or not.

    Rows that cannot be answered are said in the column "problem", what is unlike any
    training row in "flags". After an interruption the same command goes on.
    """
    if Path(output).suffix not in SUFFIXES:
        problem = f"predictions cannot be written as {Path(output).suffix!r}"
        raise ConfigError(problem, fix="Name a file that ends in .parquet or .csv.")
    load_backend()
    from sidelight.readers import Join
    from sidelight.workflow import predict_table

    with _progress() as advance:
        found = predict_table(
            model,
            source,
            output,
            strict=strict,
            batch_size=batch_size,
            advance=advance,
            images=images,
            sql=sql,
            asset=asset,
            join=[Join.model_validate(j) for j in o.joins(join, on, cardinality)],
        )
    typer.echo(json.dumps(_as_json(found), indent=2) if as_json else _said(found))
    if found.rows and not found.answered:
        raise typer.Exit(1)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Show how far it is, and say where it stopped if it is interrupted."""
    kept = 0
    try:
        with bar("answering rows") as show:

            def advance(done: int, total: int) -> None:
                nonlocal kept
                kept = done
                show(done, total)

            yield advance
    except KeyboardInterrupt:
        rows = f"; {kept:,} rows are kept, the same command goes on" if kept else ""
        typer.secho(f"interrupted{rows}", fg="yellow", err=True)
        raise typer.Exit(130) from None


def _as_json(found: Predicted) -> dict[str, object]:
    return {
        "output": str(found.output),
        "rows": found.rows,
        "answered": found.answered,
        "problems": found.problems,
        "flagged": found.flagged,
        "answered_before": found.gone_on,
        "rows_per_second": _speed(found),
    }


def _speed(found: Predicted) -> float:
    return round((found.rows - found.gone_on) / max(found.seconds, 1e-3), 1)


def _said(found: Predicted) -> str:
    lines = [f"{found.answered:,} of {found.rows:,} rows answered in {found.output}"]
    if found.gone_on:
        lines.append(f"  {found.gone_on:,} of them before the interruption")
    if found.begun_anew:
        lines.append("  begun anew: what was left was of another table or model")
    lines += [f"  {n:,} not answered: {why}" for why, n in found.problems.items()]
    lines += [f"  {n:,} flagged: {what}" for what, n in found.flagged.items()]
    return "\n".join(lines)
