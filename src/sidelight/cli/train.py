"""`sidelight train`: from a table of pictures to a run directory."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from sidelight.cli import _options as o
from sidelight.cli._backend import load_backend
from sidelight.cli._run_options import Typed, takes_run_options
from sidelight.experiments import method_of
from sidelight.runs import RunDirectory


@takes_run_options()
def train(
    typed: Typed,
    name: o.Name = None,
    runs: o.Runs = "runs",
    overwrite: o.Overwrite = False,
    as_json: o.Json = False,
) -> None:
    """Train a model on pictures and their metadata; writes runs/NAME."""
    load_backend()
    from sidelight.workflow import train_and_store

    config = typed.run_config("train")
    directory = RunDirectory.create(
        Path(runs), name, prefix=config.network.fusion, overwrite=overwrite
    )
    try:
        method = method_of(config.network.fusion)
        finished = train_and_store(config, directory, method=method)
    except KeyboardInterrupt:
        _say_interrupted(directory)
        raise SystemExit(130) from None
    if as_json:
        shown = {"run": str(directory.path), **finished.metrics}
        typer.echo(json.dumps(shown, indent=2))
    else:
        from sidelight.cli._show import show_run

        show_run(finished, directory)


def _say_interrupted(directory: RunDirectory) -> None:
    usable = directory.checkpoint.exists()
    text = "interrupted"
    if usable:
        text += (
            f"; the last finished epoch is kept and usable: "
            f"sidelight predict {Path(directory.path)} TABLE"
        )
    typer.secho(text, fg="yellow", err=True)
