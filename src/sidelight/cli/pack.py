"""`sidelight pack`: pictures decoded ahead, or a table written for other programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from sidelight.cli import _options as o
from sidelight.cli._backend import load_backend
from sidelight.cli._run_options import RUN_OPTIONS, Typed, takes_run_options
from sidelight.errors import ConfigError
from sidelight.registry import WRITERS

# Where the rows are and how pictures are decoded; nothing about training.
_OTHERS = [
    option.name
    for option in RUN_OPTIONS
    if not option.places[0].startswith(("table.", "image."))
]


@takes_run_options(without=_OTHERS)
def pack(
    typed: Typed,
    to: Annotated[
        str | None, typer.Option(help="Format to write: sidelight list writers.")
    ] = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="New folder to write into.")
    ] = None,
    shards: Annotated[
        int | None, typer.Option(help="Number of files; one per 128 MiB by default.")
    ] = None,
    as_json: o.Json = False,
) -> None:
    """Decode a table's pictures into the cache, or write all of it with --to."""
    if to is not None:
        WRITERS.check(to)
    if (to is None) != (output is None):
        problem = "--to FORMAT and --output DIR belong together"
        raise ConfigError(problem, fix="For example --to tfrecord -o shards.")
    if to is None and shards is not None:
        problem = "--shards says how many files --to writes, but there is no --to"
        raise ConfigError(problem)
    load_backend()
    config = typed.run_config("pack")
    if to is None or output is None:
        from sidelight.workflow import pack_source

        shown = pack_source(config)
        size = f"{shown['height']} × {shown['width']} × {shown['bands']}"
        said = f"{shown['rows']} rows, {shown['decoded']} pictures decoded to {size}"
    else:
        from sidelight.workflow import write_source

        written = write_source(config, Path(output), to=to, num_shards=shards)
        shown = {
            "output": str(written.folder),
            "rows": written.num_rows,
            "pictures": written.num_pictures,
            "shards": written.num_shards,
            "bytes": written.num_bytes,
        }
        said = (
            f"{written.num_rows} rows and {written.num_pictures} pictures written to "
            f"{written.folder}, {written.num_shards} files of records"
        )
    typer.echo(json.dumps(shown, indent=2) if as_json else said)
