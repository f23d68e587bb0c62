"""`sidelight serve`: exported models over HTTP, and a page for people."""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from sidelight.errors import MissingPackageError


def serve(
    models: Annotated[
        list[str], typer.Argument(help="Exported files; NAME=FILE.onnx gives a name.")
    ],
    port: Annotated[
        int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)
    ] = 8000,
    host: Annotated[
        str, typer.Option(help="Address; 0.0.0.0 lets other machines in.")
    ] = "127.0.0.1",
    api_key: Annotated[
        str | None,
        typer.Option(
            envvar="SIDELIGHT_API_KEY", help="Key that requests have to show."
        ),
    ] = None,
    body_mb: Annotated[float, typer.Option(help="MiB of a request.", min=0.001)] = 32,
    body_seconds: Annotated[
        float, typer.Option(help="Seconds in which a request has to be there.", min=0.1)
    ] = 30,
    max_pixels: Annotated[
        int, typer.Option(help="Pixels of an uploaded picture.", min=1)
    ] = 50_000_000,
    max_rows: Annotated[int, typer.Option(help="Rows of a request.", min=1)] = 64,
    max_open: Annotated[
        int, typer.Option(help="Requests at once; more are told to wait.", min=1)
    ] = 128,
    max_batch: Annotated[
        int, typer.Option(help="Rows the network is asked at once.", min=1)
    ] = 4,
    max_wait_ms: Annotated[
        float,
        typer.Option(help="How long rows wait for others on their way.", min=0),
    ] = 1,
    threads: Annotated[
        int | None, typer.Option(help="Cores that the network has; all.", min=1)
    ] = None,
    access_log: Annotated[
        bool, typer.Option("--access-log", help="A line for each request.")
    ] = False,
) -> None:
    """Answer requests and show a page; a model is exchanged when its file changes."""
    try:
        from sidelight.serve import Settings, run
        from sidelight.serve._models import named_paths
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("sidelight"):
            raise
        extra, purpose = "serve", "Serving"
        raise MissingPackageError(error.name or "fastapi", extra, purpose) from error

    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.WARNING)
    if access_log:
        logging.getLogger("uvicorn.access").setLevel(logging.INFO)
    settings = Settings(
        api_key=api_key,
        body_mb=body_mb,
        body_seconds=body_seconds,
        pixels=max_pixels,
        rows=max_rows,
        most_open=max_open,
        max_batch=max_batch,
        max_wait_ms=max_wait_ms,
        threads=threads,
    )
    run(
        named_paths(models),
        settings,
        host=host,
        port=port,
        access_log=access_log,
        started=lambda url: typer.echo(f"serving at {url} (Ctrl-C ends it)"),
    )
