"""`sidelight report`: the page of a comparison, a search or a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from sidelight.cli import _options as o
from sidelight.cli._backend import load_backend


def report(
    run: Annotated[str, typer.Argument(help="Run directory, such as runs/NAME.")],
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", help="File to write; report.html in the run."),
    ] = None,
    as_json: o.Json = False,
) -> None:
    """Write one page that shows what a run found; it opens in any browser, offline."""
    load_backend()
    from sidelight.report import write_report

    path = write_report(run, None if output is None else Path(output))
    typer.echo(json.dumps({"report": str(path)}) if as_json else f"written to {path}")
