"""`sidelight list`: what there is of each kind, from the registries."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from sidelight.cli import _options as o
from sidelight.cli._backend import load_backend
from sidelight.errors import UnknownNameError
from sidelight.registry import ALL, ENSEMBLES

# Their files import Keras.
NEED_KERAS = {"backbones", "fusions", "encoders", "heads", "exporters"}


def list_(
    what: Annotated[str, typer.Argument(help=f"One of: {', '.join(ALL)}")],
    as_json: o.Json = False,
) -> None:
    """List the fusions, backbones, splits, readers, … there are, one line each."""
    if what not in ALL:
        kind = "list of"
        raise UnknownNameError(kind, what, list(ALL))
    if what in NEED_KERAS:
        load_backend()
    entries = ALL[what].entries()
    if what == "fusions":  # some are several networks, not one
        entries = sorted([*entries, *ENSEMBLES.entries()], key=lambda e: e.name)
    if as_json:
        rows = [
            {"name": e.name, "summary": e.summary, "paper": e.paper, "extra": e.extra}
            for e in entries
        ]
        typer.echo(json.dumps(rows, indent=2))
        return
    width = max(len(entry.name) for entry in entries)
    for entry in entries:
        paper = f"  [{entry.paper}]" if entry.paper else ""
        typer.echo(f"{entry.name:<{width}}  {entry.summary}{paper}")
