"""`sidelight demo`: six ways to use metadata, compared on real satellite pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from sidelight.cli import _options as o
from sidelight.cli._backend import load_backend

FUSIONS = ("none", "metadata", "concat", "channels", "branch", "film")


def demo(
    folder: Annotated[
        str, typer.Option(help="Where data, runs and pictures are written.")
    ] = "demo",
    chips: Annotated[int, typer.Option(help="Number of pictures.")] = 6000,
    epochs: Annotated[int, typer.Option(help="Passes over the training rows.")] = 6,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0,
    as_json: o.Json = False,
) -> None:
    """Build the satellite data set, train six ways, and show what metadata is worth."""
    load_backend()
    from sidelight.workflow import run_demo

    rows = run_demo(
        Path(folder),
        FUSIONS,
        chips=chips,
        epochs=epochs,
        seed=seed,
        say=lambda name: typer.secho(f"\n{name}", bold=True, err=True),
    )
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    from sidelight.cli._show import console

    out = console()
    out.print(_grid(rows))
    out.print(
        "Test rows are whole blocks of 10°, and training rows nearer to them than one "
        "chip are left out. Pictures and climate classes are real; sensor, time, haze "
        f"and clouds are simulated. {epochs} epochs and one seed: a demonstration, not "
        "the benchmark."
    )
    out.print(f"comparison   {folder}/comparison.png", soft_wrap=True)
    out.print(f"runs         {folder}/runs/NAME, each with its curves and confusion")
    out.print(f"the pictures {folder}/data/images", soft_wrap=True)


def _grid(rows: list[dict[str, Any]]) -> Any:
    from sidelight.cli._show import grid

    made = grid(
        "fusion",
        "test accuracy",
        "95 % interval",
        "s/epoch",
        "parameters",
        title="Climate class from a satellite picture and its acquisition metadata",
    )
    for row in rows:
        made.add_row(
            row["name"],
            f"{row['accuracy']:.3f}",
            f"{row['low']:.3f} – {row['high']:.3f}",
            f"{row['seconds_per_epoch']:.1f}",
            f"{row['parameters']:,}",
        )
    return made
